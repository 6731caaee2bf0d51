import { expect, test } from "vitest";

import { eventLabel, isTrouble } from "./event-labels";

test.each([
  ["signed_in", { how: "password" }, "Signed in with the password"],
  ["signed_in", { how: "provider", provider: "Google" }, "Signed in through Google"],
  ["signed_in", { how: "something new" }, "Signed in"],
  ["account_made", { how: "first" }, "Account created, the first of this site"],
  [
    "confirmed",
    { how: "password and totp" },
    "Confirmed with the password and a code from the app",
  ],
  ["sign_in_failed", {}, "Sign-in refused: wrong password"],
  ["sign_in_failed", { provider: "Google", problem: "x" }, "Sign-in through Google refused"],
  ["session_ended", { ended: "Firefox on Linux" }, "Device signed out: Firefox on Linux"],
  ["other_sessions_ended", { ended: 1 }, "1 other device signed out"],
  ["passkey_added", { name: "Blue key" }, "Passkey added: Blue key"],
  ["recovery_code_used", { left: 9 }, "Recovery code used, 9 left"],
  ["factor_put_back", { kind: "totp" }, "Removed authenticator app put back"],
  ["token_made", { scope: "write", days: 90 }, "Access token created, for reading and changing"],
  ["email_changed", { former: "a@example.org" }, "E-mail address changed from a@example.org"],
  ["images_deleted_for_good", { count: 1200, bytes: 5 }, "1,200 pictures deleted for good"],
  [
    "share_made",
    { shows: "album", with_password: true, with_downloads: true },
    "Share link to an album created, with a password and downloads",
  ],
  ["share_ended", { shows: "selection" }, "Share link to a selection ended"],
  ["shares_ended", { shares: 3 }, "All 3 share links ended"],
  ["member_invited", { email: "b@example.org" }, "Invited to an album: b@example.org"],
  ["person_blocked", { email: "b@example.org" }, "Blocked b@example.org"],
  ["album_left", {}, "Left an album"],
  ["library_shared", { email: "b@example.org" }, "Library shared with b@example.org"],
  ["an_event_of_tomorrow", {}, "An event of tomorrow"],
])("%s %o: %s", (event, detail, words) => {
  expect(eventLabel(event, detail)).toBe(words);
});

test("what was refused is marked as trouble, what was done is not", () => {
  expect(["sign_in_failed", "confirmation_failed", "signed_in"].map(isTrouble)).toEqual([
    true,
    true,
    false,
  ]);
});
