/** The screens, each loaded when it is first shown. */
import { lazy } from "react";

export const loadTimeline = () => import("@/features/timeline");
const loadAccounts = () => import("@/features/accounts");

export const Timeline = lazy(async () => ({ default: (await loadTimeline()).Timeline }));
export const RecentlyDeleted = lazy(async () => ({
  default: (await loadTimeline()).RecentlyDeleted,
}));
export const SignIn = lazy(async () => ({ default: (await loadAccounts()).SignIn }));
export const Register = lazy(async () => ({ default: (await loadAccounts()).Register }));
export const Settings = lazy(async () => ({
  default: (await import("@/features/settings")).Settings,
}));

export const loadViewer = () => import("@/features/viewer");
export const Viewer = lazy(loadViewer);
export const UploadDock = lazy(() => import("./UploadDock"));
