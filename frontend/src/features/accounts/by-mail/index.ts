/** What is asked by mail, and the pages that the links in mails open. */
export { Forgot } from "./Forgot";
export { Invite } from "./Invite";
export { NewPassword } from "./NewPassword";
export { Register } from "./Register";
export { Verify } from "./Verify";
export { Welcome } from "./Welcome";
export { Setup } from "./Setup";
