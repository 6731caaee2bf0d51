/** What is asked by mail, and the pages that the links in mails open. */
export { ForgotPassword } from "./ForgotPassword";
export { AcceptInvitation } from "./AcceptInvitation";
export { ResetPassword } from "./ResetPassword";
export { RestoreAddress } from "./RestoreAddress";
export { Register } from "./Register";
export { VerifyEmail } from "./VerifyEmail";
export { CompleteRegistration } from "./CompleteRegistration";
export { Setup } from "../registration/Setup";
