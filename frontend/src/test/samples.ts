/** Made-up answers of the API, whole and valid; a test changes what it is about. */
import type {
  Account,
  Album,
  Image,
  ImageDetail,
  Lookalike,
  LookalikeGroup,
  Session,
  Share,
  Tag,
  User,
} from "@/api";

export const aUser = (changes: Partial<User> = {}): User => ({
  id: "0190a0000000700080000000000000aa",
  email: "ada@example.org",
  email_verified: true,
  created_at: "2025-01-01T10:00:00Z",
  has_password: true,
  is_administrator: false,
  descriptions_enabled: false,
  stacks_images: true,
  delete_after: null,
  ...changes,
});

/** What a site offers that takes in anybody by mail. */
export const aSignInOffer = (changes: Partial<Session["sign_in"]> = {}): Session["sign_in"] => ({
  registration: "open",
  mail: true,
  mailbox: false,
  providers: [],
  ...changes,
});

export const aSession = (changes: Partial<Session> = {}): Session => ({
  user: aUser(),
  second_factor: null,
  fresh_until: null,
  sign_in: aSignInOffer(),
  uploads: { max_bytes: 104_857_600, content_types: ["image/jpeg", "image/png", "image/heic"] },
  descriptions: { available: true, demo: false, model: "gpt-6-luna", host: "api.openai.com" },
  ...changes,
});

export const anAccount = (changes: Partial<Account> = {}): Account => ({
  user: aUser(),
  descriptions: { waiting: 0, done: 0, failed: 0, missing: 0 },
  pictures: 0,
  bytes: 0,
  storage: { bytes: 0, quota: null },
  ...changes,
});

export const anImage = (changes: Partial<Image> = {}): Image => ({
  id: "0190a000000070008000000000000001",
  name: "beach.jpg",
  title: null,
  size: 2_400_000,
  content_type: "image/jpeg",
  state: "ready",
  failure: null,
  width: 4000,
  height: 3000,
  is_animated: false,
  has_motion: false,
  motion_milliseconds: null,
  thumbhash: null,
  timeline_at: "2025-05-03T10:00:00",
  taken_at: "2025-05-03T10:00:00+02:00",
  dated_by: "picture",
  created_at: "2025-06-01T08:00:00Z",
  deleted_at: null,
  favourite: false,
  archived_at: null,
  stack_id: null,
  stack_size: null,
  is_folded: false,
  alt_text: null,
  description_demo: false,
  description_state: "none",
  thumbnail_url: "http://storage.test/users/aa/01/thumbnail.webp?X-Amz-Signature=1",
  preview_url: "http://storage.test/users/aa/01/preview.webp?X-Amz-Signature=1",
  urls_expire_at: "2099-01-01T00:00:00Z",
  ...changes,
});

export const anImageDetail = (changes: Partial<ImageDetail> = {}): ImageDetail => ({
  ...anImage(),
  sha256: "0".repeat(64),
  receipt: null,
  camera: null,
  location: null,
  place: null,
  time_zone_guess: null,
  rating: null,
  corrected: [],
  file: { taken_at: "2025-05-03T10:00:00+02:00", rating: null, location: null, title: null },
  caption: null,
  stack_reason: null,
  description: null,
  description_failure: null,
  albums: [],
  tags: [],
  animation_url: null,
  moving_part_id: null,
  motion_url: null,
  video_url: null,
  ...changes,
});

export const anAlbum = (changes: Partial<Album> = {}): Album => ({
  id: "0190a0000000700080000000000000b1",
  title: "Lisbon",
  description: "",
  order: "newest",
  count: 0,
  first_at: null,
  last_at: null,
  cover: null,
  cover_id: null,
  created_at: "2025-06-01T08:00:00Z",
  changed_at: "2025-06-01T08:00:00Z",
  urls_expire_at: null,
  ...changes,
});

export const aShare = (changes: Partial<Share> = {}): Share => ({
  id: "0190a0000000700080000000000000c1",
  kind: "album",
  album_id: "0190a0000000700080000000000000b1",
  album_title: "Lisbon",
  state: "open",
  count: 3,
  name: "",
  title: "Lisbon",
  note: "",
  has_password: false,
  expires_at: null,
  allow_downloads: false,
  without_metadata: false,
  show_dates: false,
  show_descriptions: false,
  show_names: false,
  collect: null,
  has_preview: false,
  created_at: "2025-05-01T10:00:00Z",
  visits: 0,
  last_visit_at: null,
  ...changes,
});

export const aTag = (more: Partial<Tag> = {}): Tag => ({
  id: "tag",
  path: "family/Oma",
  count: 2,
  created_at: "2026-01-02T03:04:05Z",
  changed_at: "2026-01-02T03:04:05Z",
  ...more,
});

export const aLookalike = (changes: Partial<Lookalike> = {}): Lookalike => ({
  ...anImage(),
  location: null,
  albums: 0,
  tags: 0,
  has_description: false,
  ...changes,
});

/** The first of them is to be kept. */
export const aLookalikeGroup = (changes: Partial<LookalikeGroup> = {}): LookalikeGroup => {
  const images = changes.images ?? [
    aLookalike({ id: "0190a000000070008000000000000001" }),
    aLookalike({ id: "0190a000000070008000000000000002", name: "beach (1).jpg", width: 2000 }),
  ];
  return {
    id: "0190a0000000700080000000000000f1",
    keep: images[0]?.id ?? "",
    differs: ["pixels"],
    ...changes,
    images,
  };
};

/** Nothing is shared with this person. */
export const NOTHING_SHARED = {
  albums: [],
  invitations: [],
  blocked: [],
  wants_mail: true,
  address_proved: true,
};
