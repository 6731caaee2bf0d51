/** Why somebody was sent to the sign-in page instead of where they wanted to go (`?problem=`). */

export type Problem = { tone: "danger" | "note"; words: string };

const danger = (words: string): Problem => ({ tone: "danger", words });
const note = (words: string): Problem => ({ tone: "note", words });

const PROBLEMS: Partial<Record<string, Problem>> = {
  openid_failed: danger("That did not work out. Try once more, or sign in another way."),
  openid_cancelled: note("You turned back before you were signed in. Nothing was changed."),
  email_unverified: danger(
    "The provider has not checked that this e-mail address is yours. Have it checked there, or sign in another way.",
  ),
  registration_closed: danger("There is no account for this sign-in, and registration is closed."),
  invite_needed: danger(
    "There is no account for this sign-in. Joining takes an invitation: open the link in yours first, then continue from there.",
  ),
  account_disabled: danger("This account was disabled by an administrator of this site."),
  link_other: danger(
    "Not linked: this sign-in belongs to another Pinhole account already. Unlink it there first.",
  ),
  link_unconfirmed: note(
    "Not linked: it took too long since you confirmed that it is you. Confirm it, then link again.",
  ),
  confirm_other: danger(
    "Not confirmed: you were signed in there as somebody else. Try again with the account that is linked.",
  ),
  too_many_at_once: note(
    "Several sign-ins or changes of yours were under way. Nothing was changed; try again.",
  ),
  late: note("That took more than ten minutes, so the sign-in was called off. Please start again."),
  sign_in_first: note("Sign in to the account that the mail is about, and you can go on."),
  link_late: note("Nothing is waiting to be linked any more. Sign in, then link it in Settings."),
};

/** Never what the address itself says: anybody can write one. */
export const problemFromCode = (code: string | null): Problem | null =>
  code === null ? null : (PROBLEMS[code] ?? danger("That did not work. Please try again."));
