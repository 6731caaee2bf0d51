/** The parts of the API that features may import. */
export { useAccount, useChangeAccount } from "./account/account";
export {
  fetchAltTextFile,
  useAltTexts,
  useChangeAltText,
  useLoadImageAhead,
  type AltTextChange,
  type AltTextFilter,
  type AltTextFormat,
} from "./descriptions/alt-texts";
export {
  useDescriptionPreferences,
  useSetDescriptionPreferences,
} from "./descriptions/preferences";
export {
  useCancelBatches,
  useDescribe,
  useDescriptionBatches,
  useDescriptionCosts,
  useDescriptionHistory,
  useEstimate,
  useModelCalls,
  useNeverSend,
  useSetDescriptionBudget,
  useShowVersion,
  type Asked,
} from "./descriptions/costs";
export { forgetEarly } from "./early";
export { albumOf, albumView, tagOf, tagView } from "./images/collections";
export {
  moved,
  useMoveInAlbum,
  useOrderedAlbum,
  useOrderedNeighbours,
  type AlbumOrder,
  type Place as PlaceInAlbum,
} from "./albums/album-order";
export {
  deleteAlbum,
  listAlbums,
  makeAlbum,
  useAlbum,
  useAlbums,
  useChangeAlbum,
  useDeleteAlbum,
  useMakeAlbum,
} from "./albums/albums";
export { useActivity, useEverybodysActivity } from "./audit/activity";
export {
  useChangePerson,
  useEndPersonsSessions,
  useInvites,
  useMakeInvite,
  usePeople,
  useRemoveInvite,
} from "./admin/admin";
export { ReauthContext, isNotConfirmed, securityOptions, useWithReauth } from "./auth/reauth";
export { useConfirm, useConfirmByPasskey } from "./auth/confirm";
export {
  useAccessTokens,
  useDevices,
  useEndOtherSessions,
  useEndSession,
  useMakeAccessToken,
  useRemoveAccessToken,
} from "./account/sessions-and-tokens";
export {
  useChangeImage,
  useChangeImages,
  useDescribeImage,
  useWatchReturn,
  useRetryImage,
  type Undo,
} from "./images/image-mutations";
export { landImages, noteUploadedInto, removeImages } from "./images/image-cache";
export { useChangePlaces, useFoundPlaces, type PlaceChange } from "./images/location-mutations";
export { useChangeDates, type DateChange, type Taken } from "./images/date-mutations";
export { changed, OPPOSITE, type BatchAction } from "./images/changed-image";
export { belongsIn, isVideo, isWhole, type ListedImage } from "./images/listed-image";
export { useNeighbours, type Neighbours } from "./images/neighbours";
export { useMomentOf, useOpenTile } from "./images/open-tile";
export { isTile, useStack } from "./images/stacks";
export { useChangeStacks, type StackChange } from "./images/stack-mutations";
export {
  bucketOf,
  lastMove,
  type Bucket,
  type KnownImages,
  type Rows,
  type TimelineOverview,
} from "./images/timeline-cache";
export { stretchOf, useTimelineStretches } from "./images/timeline-stretch";
export {
  timelineOptions,
  useBuckets,
  useImagesInView,
  useKnownImages,
  useLoadedBuckets,
  useTimeline,
} from "./images/timeline-queries";
export { useTotalSize } from "./images/total";
export { useDeleteForGood } from "./images/delete-for-good";
export { useDecide, useLookalikes, useUndoDecision, type Decision } from "./images/lookalikes";
export { useFound } from "./images/search";
export {
  useChangeSavedSearch,
  useDeleteSavedSearch,
  useFirstFound,
  useSavedSearches,
  useSaveSearch,
} from "./images/search-saved";
export { useStatistics } from "./account/statistics";
export { useSuggestions } from "./images/search-suggestions";
export { useMapClusters, useMapImages, WORLD, type MapBox } from "./images/map";
export { dayInWords, imageAlt } from "./images/image-alt";
export {
  fetchImages,
  fetchMotion,
  fetchVideo,
  fetchOriginal,
  imageOptions,
  isUnfinished,
  refreshImages,
  useDeletedImages,
  useImage,
  useMoreDeleted,
  useNewestDeleted,
  useUnfinished,
} from "./images/image-queries";
export {
  useAskForExport,
  useDeleteAccount,
  useExports,
  useRemoveExport,
} from "./account/export-and-deletion";
export {
  useAskForReset,
  useAskToJoin,
  useFormerAddress,
  useInvite,
  useMails,
  useOpenMailbox,
  useResetLink,
  useVerify,
  useWaitingLink,
  useWelcomeLink,
} from "./auth/email-links";
export {
  useAddPasskey,
  useAskForEmail,
  useBeginTotp,
  useFinishTotp,
  useLinkIdentity,
  useMakeRecoveryCodes,
  useRemovePasskey,
  useRemoveTotp,
  useRenamePasskey,
  useSecurity,
  useSetPassword,
  useUnlinkIdentity,
} from "./account/security";
export { useIsolation, useProbe, type Probed, type StorageAnswer } from "./account/isolation";
export { useKeepAccount, useVerifyEmail } from "./account/notices";
export { ApiProblem, toProblem } from "./problem";
export {
  endSession,
  forgetPerson,
  holdPerson,
  isPresent,
  sessionOptions,
  untilSignedInAgain,
  useGiveUpSecondFactor,
  useSession,
  useSessionEnded,
  useSignOut,
} from "./auth/session";
export {
  useAcceptInvite,
  useFinishReset,
  useLeaveForProvider,
  useMakeFirst,
  usePasskeySignIn,
  usePasswordOpinion,
  useRestoreAddress,
  useSecondFactor,
  useSignIn,
  useSignInInTab,
  useWelcome,
} from "./auth/sign-in";
export { useTagImages, type TagChange } from "./tags/tag-mutations";
export { useDeleteTag, useRenameTag, useTag, useTags, useTagsOfImages } from "./tags/tags";
export { inParts } from "./sharing/in-parts";
export {
  useChangeShare,
  useEndAllShares,
  useEndShare,
  useMakeShare,
  useRenewShare,
  useShares,
} from "./sharing/shares";
export {
  useChangeMember,
  useChangeWhatMembersSee,
  useEndSharing,
  useInviteMember,
  useMembers,
  useRemoveMember,
  useSharedByMe,
  useTransferAlbum,
  type MemberRole,
} from "./sharing/members";
export { MemberVisit } from "./sharing/member-visit";
export {
  useAnswerInvitation,
  useContribute,
  useInvitationMails,
  useLeaveAlbum,
  useSharedAlbums,
  useSharedCover,
  useUnblock,
  useWithdraw,
  type InvitationAnswer,
} from "./sharing/shared-albums";
export { useSaveToLibrary, type Saved, type SavedFrom } from "./sharing/save-to-library";
export { LibraryVisit } from "./sharing/library-visit";
export {
  useAnswerLibraryInvitation,
  useChangeLibraryShare,
  useEndLibraryShare,
  useLeaveLibrary,
  useLibraryShares,
  useSharedLibraries,
  useShareLibrary,
} from "./sharing/libraries";
export {
  fetchGuestUploads,
  MAX_GUEST_PLACES,
  MAX_GUEST_STATES,
  requestGuestPlaces,
} from "./sharing/guest-uploads";
export { useDecideOnGuests, useGuestsWaiting, useSentByGuests } from "./sharing/guest-review";
export { isClosed, Visit, type PictureSource, type SharedSource } from "./sharing/visitor";
export type {
  AccessToken,
  Account,
  Album,
  AlbumChanges,
  AltText,
  Bar,
  Batch,
  Camera,
  Chart,
  Chip,
  Collecting,
  Credentials,
  Description,
  DescriptionCosts,
  DescriptionPreferences,
  DescriptionVersion,
  Device,
  Estimate,
  Export,
  FactorMethod,
  Failure,
  FoundPlace,
  GivenAlbum,
  GuestDecision,
  GuestPicture,
  GuestPlace,
  GuestUpload,
  Image,
  ImageChanges,
  ImageDetail,
  ImageState,
  Invitation,
  Invite,
  JoinedAlbum,
  Listing,
  Lookalike,
  LookalikeGroup,
  LookalikeUndo,
  MadeShare,
  Mail,
  MainView,
  MapCluster,
  MapClusters,
  Member,
  MemberImage,
  MembersSee,
  DescriptionBatches,
  ModelCall,
  NewAlbum,
  NewImage,
  NewShare,
  Person,
  PersonChanges,
  Place,
  Reason,
  ReviewStage,
  SavedSearch,
  Security,
  SentByGuest,
  Session,
  Share,
  ShareChanges,
  Shared,
  LibraryInvitation,
  LibraryShare,
  LibraryShareChange,
  NewLibraryShare,
  SharedAlbum,
  SharedLibrary,
  SharedImage,
  SharedImages,
  SiteEvent,
  Suggestion,
  Tag,
  TagOfImages,
  User,
  View,
} from "./types";
export { cancelUpload, completeUpload, requestPlaces } from "./images/uploads";
export {
  changeAtOnce,
  correctImage,
  listAlbumImages,
  listLibrary,
  showImage,
} from "./images/imports";
export { passkeysAutofill, passkeysWork } from "./auth/webauthn";
