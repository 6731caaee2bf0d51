/** The screens of whoever is not signed in, each loaded when it is first shown. */
import { lazy } from "react";

import { loadAuth } from "./lazy-screens";

const loadEmailLinks = () => import("@/features/auth/email-links");

export const SignIn = lazy(async () => ({ default: (await loadAuth()).SignIn }));
export const SecondFactor = lazy(async () => ({ default: (await loadAuth()).SecondFactor }));
export const FirstAccount = lazy(async () => ({ default: (await loadAuth()).FirstAccount }));
export const LinkProvider = lazy(async () => ({ default: (await loadAuth()).LinkProvider }));
export const Register = lazy(async () => ({ default: (await loadEmailLinks()).Register }));
export const ForgotPassword = lazy(async () => ({
  default: (await loadEmailLinks()).ForgotPassword,
}));
export const CompleteRegistration = lazy(async () => ({
  default: (await loadEmailLinks()).CompleteRegistration,
}));
export const AcceptInvitation = lazy(async () => ({
  default: (await loadEmailLinks()).AcceptInvitation,
}));
export const ResetPassword = lazy(async () => ({
  default: (await loadEmailLinks()).ResetPassword,
}));
export const RestoreAddress = lazy(async () => ({
  default: (await loadEmailLinks()).RestoreAddress,
}));
export const VerifyEmail = lazy(async () => ({ default: (await loadEmailLinks()).VerifyEmail }));
export const Setup = lazy(async () => ({ default: (await loadEmailLinks()).Setup }));
