/** Short names for what the API speaks of; the shapes are generated from its OpenAPI document. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["SessionOut"];
export type User = Schemas["UserOut"];
export type Account = Schemas["AccountOut"];
export type Credentials = Schemas["LoginIn"];
export type Image = Schemas["ImageOut"];
export type ImageDetail = Schemas["ImageDetail"];
export type ImageChanges = Schemas["ImagePatch"];
export type Batch = Schemas["BatchIn"];
export type LookalikeGroup = Schemas["LookalikeGroup"];
export type Lookalike = Schemas["LookalikeOut"];
export type LookalikeUndo = NonNullable<Schemas["DecidedOut"]["undo"]>;
/** The timelines that everybody has. */
export type MainView = Schemas["View"];
/** Which of a person's images: each view is a timeline of its own, and so is each album and each tag. */
export type View = MainView | Collection;
/** What the viewer goes through. */
export type Listing = View | "search" | "trash";
export type AlbumView = `album/${string}`;
export type TagView = `tag/${string}`;
export type Collection = AlbumView | TagView;
export type Tag = Schemas["TagOut"];
/** A tag that some of the pictures that were asked about have, and how many of them. */
export type TagOfImages = Schemas["TagOfImagesOut"];
export type Album = Schemas["AlbumOut"];
export type AlbumChanges = Schemas["AlbumPatch"];
export type NewAlbum = Schemas["AlbumIn"];
/** A page of a list; whatever its addresses shared is in each of them. */
export type ImagePage = Omit<Schemas["ImagesOut"], "addresses">;
export type ImagePageAnswer = Schemas["ImagesOut"];
export type FoundImage = Schemas["FoundImage"];
export type MapClusters = Schemas["MapOut"];
export type MapCluster = Schemas["ClusterOut"];
/** A town that is called as somebody typed. */
export type FoundPlace = Schemas["FoundPlaceOut"];
export type Reason = Schemas["Why"];
/** A part of a query that was understood as more than words. */
export type Chip = Schemas["ChipOut"];
/** What a search may go on with. */
export type Suggestion = Schemas["SuggestionOut"];
export type Statistics = Schemas["StatisticsOut"];
export type Chart = Schemas["Chart"];
export type Bar = Schemas["Bar"];
export type SavedSearch = Schemas["SavedSearchOut"];
export type NewSavedSearch = Schemas["SavedSearchIn"];
export type FoundPage = Omit<Schemas["SearchOut"], "addresses">;
export type TimelineBucket = Schemas["BucketOut"];
export type ImageState = Image["state"];
export type Failure = Schemas["Failure"];
export type Camera = Schemas["Camera"];
export type Description = Schemas["DescriptionOut"];
export type DescriptionCosts = Schemas["DescriptionCostsOut"];
export type Estimate = Schemas["EstimateOut"];
export type DescriptionPreferences = Schemas["DescriptionPreferencesOut"];
export type DescriptionPreferencesChanges = Partial<Schemas["DescriptionPreferencesPatch"]>;
export type AltText = Schemas["AltTextRow"];
export type AltTextPage = Schemas["AltTextsOut"];
export type DescriptionVersion = Schemas["VersionOut"];
export type DescriptionBatches = NonNullable<Schemas["BatchesStatusOut"]["batches"]>;
export type ModelCall = Schemas["CallRow"];
export type Device = Schemas["SessionRow"];
export type AccessToken = Schemas["TokenRow"];
export type NewAccessToken = Schemas["TokenIn"];
export type SiteEvent = Schemas["SiteEventRow"];
export type Export = Schemas["ExportOut"];
export type Person = Schemas["PersonRow"];
export type PersonChanges = Partial<Schemas["PersonPatch"]>;
export type PeoplePage = Schemas["PeopleOut"];
export type Invite = Schemas["InviteRow"];
export type NewInvite = Partial<Schemas["InviteIn"]>;
export type NewImage = Schemas["NewImage"];
export type Place = Schemas["PlacesOut"]["places"][number];
export type Security = Schemas["SecurityOut"];
export type { Mail } from "./local-mode-paths";
export type Share = Schemas["ShareOut"];
export type MadeShare = Schemas["ShareMadeOut"];
export type NewShare = Schemas["ShareIn"];
export type ShareChanges = Schemas["SharePatch"];
/** What guests may add by a link. */
export type Collecting = Required<Schemas["CollectIn"]>;
/** What a guest says of a picture, is told of its place, and of what became of it. */
export type GuestPicture = Partial<Schemas["GuestPicture"]> &
  Pick<Schemas["GuestPicture"], "name" | "size" | "content_type" | "sha256">;
export type GuestPlace = Schemas["GuestPlacesOut"]["places"][number];
export type GuestUpload = Schemas["GuestUploadOut"];
export type SentByGuest = Schemas["CollectedOut"];
export type GuestDecision = Schemas["DecideOnGuestsIn"];
export type ReviewStage = "waiting" | "declined" | "accepted";
export type Member = Schemas["MemberOut"];
export type GivenAlbum = Schemas["GivenAlbumOut"];
export type MembersSee = Schemas["MembersSeeOut"];
export type JoinedAlbum = Schemas["JoinedAlbumOut"];
export type Invitation = Schemas["InvitationOut"];
/** An album as its members see it, and one picture of it. */
export type SharedAlbum = Schemas["SharedAlbumOut"];
export type SavedImage = Schemas["SavedImageOut"];
export type MemberImage = Schemas["MemberImageOut"];
export type MemberInView = Schemas["MemberInViewOut"];
/** Whom a library is shared with; and a library of somebody else's. */
export type LibraryShare = Schemas["LibraryShareOut"];
export type NewLibraryShare = Partial<Schemas["LibraryShareIn"]> &
  Pick<Schemas["LibraryShareIn"], "email">;
export type LibraryShareChange = Partial<Schemas["LibrarySharePatch"]>;
export type SharedLibrary = Schemas["SharedLibraryOut"];
export type LibraryInvitation = Schemas["LibraryInvitationOut"];
/** What a visitor is told of a share, what it shows, and one picture of it. */
export type Shared = Schemas["SharedOut"];
export type SharedImages = Schemas["SharedImagesOut"];
export type SharedImage = Schemas["SharedImageOut"];
export type FactorMethod = NonNullable<Session["second_factor"]>["methods"][number];
