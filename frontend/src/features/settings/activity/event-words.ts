/** What the record holds, in words. */
type Detail = Readonly<Record<string, unknown>>;

const HOW: Readonly<Record<string, string>> = {
  password: " with your password",
  passkey: " with a passkey",
  provider: "",
  reset: " after a new password was set by mail",
  first: " as the first of this site",
  welcome: " from the mail to your address",
  invite: " by an invitation",
  code: " with a code from your app",
  totp: " with a code from your app",
  recovery_code: " with a recovery code",
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const howOf = ({ how, provider }: Detail): string => {
  const name = textOf(provider);
  if (name !== undefined) return ` through ${name}`;
  return HOW[textOf(how) ?? ""] ?? "";
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

const othersEnded = ({ ended }: Detail): string => {
  if (typeof ended !== "number") return "All other devices signed out";
  return ended === 1 ? "1 other device signed out" : `${ended} other devices signed out`;
};

type Words = string | ((detail: Detail) => string);

const WORDS: Readonly<Record<string, Words>> = {
  account_made: (detail) => `Account made${howOf(detail)}`,
  signed_in: (detail) => `Signed in${howOf(detail)}`,
  sign_in_failed: "Sign-in refused: wrong password",
  second_factor_failed: "Sign-in refused: wrong code or passkey",
  signed_out: "Signed out",
  confirmed: (detail) => `Confirmed that it’s you${howOf(detail)}`,
  confirmation_failed: "Confirmation refused",
  session_ended: ({ ended }) => `Device signed out${textOf(ended) ? `: ${String(ended)}` : ""}`,
  other_sessions_ended: othersEnded,
  password_changed: "Password changed",
  password_reset_asked: "Mail for a new password asked for",
  password_reset: "New password set from a mail",
  email_change_asked: "Change of the e-mail address asked for",
  email_changed: "E-mail address changed",
  email_verified: "E-mail address verified",
  passkey_added: (detail) => named("Passkey added", detail),
  passkey_removed: (detail) => named("Passkey removed", detail),
  totp_added: "Authenticator app set up",
  totp_removed: "Authenticator app removed",
  recovery_codes_made: "New recovery codes made",
  recovery_code_used: "Recovery code used",
  identity_linked: (detail) => named("Account linked", detail),
  identity_unlinked: (detail) => named("Account unlinked", detail),
  token_made: (detail) => forScope("Access token made", detail),
  token_removed: (detail) => forScope("Access token removed", detail),
  invite_made: "Invitation made",
  invite_removed: "Invitation taken back",
  account_disabled: "Account shut",
  account_enabled: "Account opened again",
  administrator_made: "Made an administrator",
  administrator_unmade: "No administrator any more",
  export_asked: "Copy of everything asked for",
  deletion_asked: "Deletion of the account asked for",
  deletion_called_off: "Deletion of the account called off",
  account_deleted: "Account deleted",
};

/** What happened. An event that this page does not know yet is told by its name. */
export const eventInWords = (event: string, detail: Detail): string => {
  const words = WORDS[event];
  if (words === undefined)
    return event.charAt(0).toUpperCase() + event.slice(1).replaceAll("_", " ");
  return typeof words === "string" ? words : words(detail);
};

/** What a person should look at twice. */
export const isTrouble = (event: string): boolean =>
  event.endsWith("_failed") || event === "recovery_code_used" || event === "account_disabled";
