/** The dialog in which somebody whose session has ended signs in without leaving the page. */
export { SignInAgainDialog } from "./SignInAgainDialog";
export { SignedInTab } from "./SignedInTab";
