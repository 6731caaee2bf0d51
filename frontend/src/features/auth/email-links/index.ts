/** What is asked by mail, and the pages that the links in mails open. */
export { Forgot } from "./ForgotPassword";
export { Invite } from "./AcceptInvitation";
export { NewPassword } from "./ResetPassword";
export { Register } from "./Register";
export { Verify } from "./VerifyEmail";
export { Welcome } from "./CompleteRegistration";
export { Setup } from "../registration/Setup";
