/** Routes for signed-out visitors, known before any of these pages is loaded. */

/** Pages for signed-out visitors; signed-in users are redirected. */
export const SIGNED_OUT_ROUTES: ReadonlySet<string> = new Set([
  "/sign-in",
  "/sign-in/link",
  "/register",
  "/forgot",
]);

/** Of what mails open, what is good only for the person that the mail was for, once they are signed in. */
export const FOR_ITS_PERSON: ReadonlySet<string> = new Set(["/verify"]);

/** Opened by links in mails, or by the one that the deployment printed, whoever is signed in. */
export const LINK_PATHS: ReadonlySet<string> = new Set([
  "/welcome",
  "/invite",
  "/new-password",
  "/restore-address",
  "/setup",
  ...FOR_ITS_PERSON,
]);
