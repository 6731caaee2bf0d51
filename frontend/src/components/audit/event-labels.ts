/** Labels of audit events. */
import { counted } from "@/locale";

type Detail = Readonly<Record<string, unknown>>;

const PROVED: Readonly<Record<string, string>> = {
  password: " with the password",
  passkey: " with a passkey",
  reset: " by the mail for a new password",
  totp: " with a code from the app",
  recovery_code: " with a recovery code",
  "password and totp": " with the password and a code from the app",
  "password and recovery_code": " with the password and a recovery code",
  "reset and code": " by a link from a mail and a code",
  "reset and passkey": " by a link from a mail and a passkey",
  "reset and totp": " by a link from a mail and a code from the app",
  "reset and recovery_code": " by a link from a mail and a recovery code",
};

const MADE: Readonly<Record<string, string>> = {
  first: ", the first of this site",
  welcome: " from a link in a mail",
  invite: " by an invitation",
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const withHow =
  (words: string, ways: Readonly<Record<string, string>>) =>
  ({ how, provider }: Detail): string => {
    const name = textOf(provider);
    if (name !== undefined) return `${words} through ${name}`;
    return words + (ways[textOf(how) ?? ""] ?? "");
  };

const named = (words: string, detail: Detail): string => {
  const name = textOf(detail["name"]) ?? textOf(detail["label"]) ?? textOf(detail["provider"]);
  return name === undefined ? words : `${words}: ${name}`;
};

const SCOPES: Readonly<Record<string, string>> = { read: "reading", write: "reading and changing" };

const forScope = (words: string, { scope }: Detail): string => {
  const to = SCOPES[textOf(scope) ?? ""];
  return to === undefined ? words : `${words}, for ${to}`;
};

const signInFailed = (detail: Detail): string => {
  const provider = textOf(detail["provider"]);
  if (provider !== undefined) return `Sign-in through ${provider} refused`;
  return detail["how"] === "passkey"
    ? "Sign-in refused: the passkey may have been copied"
    : "Sign-in refused: wrong password";
};

const recoveryCodeUsed = ({ left }: Detail): string =>
  typeof left === "number" ? `Recovery code used, ${left} left` : "Recovery code used";

const withAddress = (words: string, joint: string, address: unknown): string => {
  const text = textOf(address);
  return text === undefined ? words : `${words} ${joint} ${text}`;
};

const toPerson =
  (words: string) =>
  ({ email }: Detail): string =>
    `${words} ${textOf(email) ?? "somebody"}`;

const othersEnded = ({ ended }: Detail): string => {
  if (typeof ended !== "number") return "All other devices signed out";
  return ended === 1 ? "1 other device signed out" : `${ended} other devices signed out`;
};

const KINDS: readonly (readonly [string, string, string])[] = [
  ["passkeys", "passkey", "passkeys"],
  ["totps", "authenticator app", "authenticator apps"],
  ["recovery_codes", "recovery code", "recovery codes"],
  ["identities", "linked account", "linked accounts"],
  ["access_tokens", "access token", "access tokens"],
];

/** Without an address that was confirmed before, a reset also removes what somebody else may have set up. */
const waysInRemoved = (detail: Detail): string => {
  const words = KINDS.flatMap(([kind, one, many]) => {
    const count = detail[kind];
    if (typeof count !== "number" || count === 0) return [];
    return [`${count} ${count === 1 ? one : many}`];
  });
  return `Removed by the new password from a mail${words.length > 0 ? `: ${words.join(", ")}` : ""}`;
};

const deletedForGood = ({ count }: Detail): string => {
  if (typeof count !== "number") return "Pictures deleted for good";
  return `${counted(count, "picture")} deleted for good`;
};

/** "Share link to an album created, with a password". */
const sharedLink = (did: string, detail: Detail): string => {
  const { shows, with_password, with_downloads, with_collecting } = detail;
  const extras = [
    ...(with_password === true ? ["a password"] : []),
    ...(with_downloads === true ? ["downloads"] : []),
    ...(with_collecting === true ? ["guests adding pictures"] : []),
  ];
  const what = shows === "album" ? "an album" : "a selection";
  return `Share link to ${what} ${did}${extras.length > 0 ? `, with ${extras.join(" and ")}` : ""}`;
};

const ofGuests = (did: string, { pictures }: Detail): string =>
  typeof pictures === "number"
    ? `${counted(pictures, "picture")} of guests ${did}`
    : `Pictures of guests ${did}`;

const allSharesEnded = ({ shares }: Detail): string => {
  if (typeof shares !== "number") return "All share links ended";
  return shares === 1 ? "1 share link ended" : `All ${String(shares)} share links ended`;
};

const factorPutBack = ({ kind }: Detail): string => {
  if (kind === "totp") return "Removed authenticator app put back";
  return kind === "passkey" ? "Removed passkey put back" : "Replaced recovery codes put back";
};

type Words = string | ((detail: Detail) => string);

const WORDS: Readonly<Record<string, Words>> = {
  account_made: withHow("Account created", MADE),
  signed_in: withHow("Signed in", PROVED),
  sign_in_failed: signInFailed,
  second_factor_awaited: withHow("First step of a sign-in done", PROVED),
  second_factor_failed: "Sign-in refused: wrong code or passkey",
  signed_out: "Signed out",
  confirmed: withHow("Confirmed", PROVED),
  confirmation_failed: "Confirmation refused",
  session_ended: ({ ended }) => `Device signed out${textOf(ended) ? `: ${String(ended)}` : ""}`,
  other_sessions_ended: othersEnded,
  password_changed: "Password changed",
  password_reset_asked: "Password reset requested",
  password_reset: "Password reset by e-mail",
  email_change_asked: ({ wanted }) =>
    withAddress("Change of e-mail address requested", "to", wanted),
  email_changed: ({ former }) => withAddress("E-mail address changed", "from", former),
  email_restored: ({ left }) => withAddress("Former e-mail address put back", "in place of", left),
  email_verified: "E-mail address verified",
  passkey_added: (detail) => named("Passkey added", detail),
  passkey_removed: (detail) => named("Passkey removed", detail),
  totp_added: "Authenticator app set up",
  totp_removed: "Authenticator app removed",
  recovery_codes_made: "New recovery codes created",
  recovery_code_used: recoveryCodeUsed,
  factor_put_back: factorPutBack,
  identity_linked: (detail) => named("Account linked", detail),
  identity_unlinked: (detail) => named("Account unlinked", detail),
  token_made: (detail) => forScope("Access token created", detail),
  ways_in_removed: waysInRemoved,
  token_removed: (detail) => forScope("Access token removed", detail),
  invite_made: "Invitation created",
  invite_removed: "Invitation revoked",
  account_disabled: "Account disabled",
  account_enabled: "Account enabled",
  administrator_made: "Made an administrator",
  administrator_unmade: "Administrator role removed",
  export_asked: "Export requested",
  images_deleted_for_good: deletedForGood,
  share_made: (detail) => sharedLink("created", detail),
  share_changed: (detail) => sharedLink("changed", detail),
  share_ended: (detail) => sharedLink("ended", detail),
  shares_ended: allSharesEnded,
  guest_pictures_added: (detail) => ofGuests("sent", detail),
  guest_pictures_accepted: (detail) => ofGuests("accepted", detail),
  guest_pictures_declined: (detail) => ofGuests("declined", detail),
  member_invited: toPerson("Invited to an album:"),
  member_joined: toPerson("Joined your album:"),
  member_changed: toPerson("Album permission changed:"),
  member_removed: toPerson("Removed from an album:"),
  members_removed: "Everybody removed from albums",
  album_joined: "Joined somebody’s album",
  album_left: "Left an album",
  album_transferred: "Album given to another person",
  library_shared: toPerson("Library shared with"),
  library_share_changed: toPerson("Library sharing changed:"),
  library_share_ended: toPerson("Library no longer shared with"),
  library_shares_ended: "Library no longer shared with anybody",
  library_share_accepted: toPerson("Access to your library accepted:"),
  library_joined: "Access to somebody’s library accepted",
  library_left: "Access to somebody’s library ended",
  person_blocked: toPerson("Blocked"),
  person_unblocked: toPerson("Unblocked"),
  deletion_asked: "Account deletion requested",
  deletion_called_off: "Account deletion cancelled",
  account_deleted: "Account deleted",
};

/** What happened. An event that this page does not know yet is told by its name. */
export const eventLabel = (event: string, detail: Detail): string => {
  const words = WORDS[event];
  if (words === undefined)
    return event.charAt(0).toUpperCase() + event.slice(1).replaceAll("_", " ");
  return typeof words === "string" ? words : words(detail);
};

/** What a person should look at twice. */
export const isTrouble = (event: string): boolean =>
  event.endsWith("_failed") ||
  [
    "recovery_code_used",
    "factor_put_back",
    "account_disabled",
    "ways_in_removed",
    "email_restored",
  ].includes(event);
