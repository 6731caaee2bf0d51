/** The screens, each loaded when it is first shown. */
import { lazy } from "react";

export const loadTimeline = () => import("@/features/timeline");
export const Timeline = lazy(async () => ({ default: (await loadTimeline()).Timeline }));
export const RecentlyDeleted = lazy(async () => ({
  default: (await import("@/features/trash")).RecentlyDeleted,
}));
export const Settings = lazy(async () => ({
  default: (await import("@/features/settings")).Settings,
}));

export const loadAccounts = () => import("@/features/auth");
const loadByMail = () => import("@/features/auth/email-links");

export const SignIn = lazy(async () => ({ default: (await loadAccounts()).SignIn }));
export const SecondFactor = lazy(async () => ({ default: (await loadAccounts()).SecondFactor }));
export const FirstAccount = lazy(async () => ({ default: (await loadAccounts()).FirstAccount }));
export const LinkProvider = lazy(async () => ({ default: (await loadAccounts()).LinkProvider }));
export const Register = lazy(async () => ({ default: (await loadByMail()).Register }));
export const Forgot = lazy(async () => ({ default: (await loadByMail()).Forgot }));
export const Welcome = lazy(async () => ({ default: (await loadByMail()).Welcome }));
export const Invite = lazy(async () => ({ default: (await loadByMail()).Invite }));
export const NewPassword = lazy(async () => ({ default: (await loadByMail()).NewPassword }));
export const Verify = lazy(async () => ({ default: (await loadByMail()).Verify }));
export const Setup = lazy(async () => ({ default: (await loadByMail()).Setup }));
export const Mailbox = lazy(async () => ({
  default: (await import("@/features/auth/local-mailbox")).Mailbox,
}));
export const ConfirmDialog = lazy(async () => ({
  default: (await import("@/features/auth/reauth")).ConfirmDialog,
}));

const loadAgain = () => import("@/features/auth/session-expired");
export const SignInAgain = lazy(async () => ({ default: (await loadAgain()).SignInAgain }));
export const SignedInHere = lazy(async () => ({ default: (await loadAgain()).SignedInHere }));

export const Administration = lazy(async () => ({
  default: (await import("@/features/admin")).Administration,
}));

export const loadViewer = () => import("@/features/viewer");
export const Viewer = lazy(loadViewer);
export const UploadDock = lazy(() => import("./LazyUpload"));
