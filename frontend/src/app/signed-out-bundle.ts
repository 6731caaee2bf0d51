/** The bundle for signed-out visitors, loaded when needed. */
export { RedirectSignedIn } from "./RedirectSignedIn";
export { LinkPage, SignedOut } from "./SignedOut";
