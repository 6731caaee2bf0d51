/** All that whoever is not signed in needs of the app, and what leads away from there: one piece, loaded when needed. */
export { RedirectSignedIn } from "./RedirectSignedIn";
export { LinkPage, SignedOut } from "./SignedOut";
