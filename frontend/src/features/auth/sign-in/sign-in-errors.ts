/** Messages for the reason of a redirect to the sign-in page (`?problem=`). */

export type Problem = { tone: "danger" | "note"; words: string };

const danger = (words: string): Problem => ({ tone: "danger", words });
const note = (words: string): Problem => ({ tone: "note", words });

const PROBLEMS: Partial<Record<string, Problem>> = {
  openid_failed: danger("Sign-in failed. Try again, or sign in another way."),
  openid_cancelled: note("Sign-in was cancelled. Nothing was changed."),
  email_unverified: danger(
    "The provider has not checked that this e-mail address is yours. Have it checked there, or sign in another way.",
  ),
  registration_closed: danger("There is no account for this sign-in, and registration is closed."),
  invite_needed: danger(
    "There is no account for this sign-in. You need an invitation to join: open the link in it and continue from there.",
  ),
  account_disabled: danger("This account was disabled by an administrator of this site."),
  link_other: danger(
    "Not linked: this sign-in belongs to another Pinhole account already. Unlink it there first.",
  ),
  link_unconfirmed: note(
    "Not linked: your confirmation has expired. Confirm your identity, then link again.",
  ),
  confirm_other: danger(
    "Not confirmed: you used a different account. Try again with the account that is linked.",
  ),
  too_many_at_once: note(
    "Several sign-ins or changes of yours were running at the same time. Nothing was changed. Try again.",
  ),
  late: note("Sign-in took more than 10 minutes and was cancelled. Start again."),
  sign_in_first: note("Sign in to the account that the e-mail is about to continue."),
  link_late: note("The request to link has expired. Sign in, then link the account in Settings."),
};

/** Never what the address itself says: anybody can write one. */
export const problemFromCode = (code: string | null): Problem | null =>
  code === null ? null : (PROBLEMS[code] ?? danger("That did not work. Please try again."));
