/** Pages that request e-mails, and pages of the links in them. */
export { ForgotPassword } from "./ForgotPassword";
export { AcceptInvitation } from "./AcceptInvitation";
export { ResetPassword } from "./ResetPassword";
export { RestoreAddress } from "./RestoreAddress";
export { Register } from "./Register";
export { VerifyEmail } from "./VerifyEmail";
export { CompleteRegistration } from "./CompleteRegistration";
export { Setup } from "../registration/Setup";
