/** The dialog in which somebody whose session has ended signs in without leaving the page. */
export { SignInAgain } from "./SignInAgainDialog";
export { SignedInHere } from "./SignedInTab";
