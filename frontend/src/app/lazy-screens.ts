/** The screens, each loaded when it is first shown. */
import { lazy } from "react";

export const loadTimeline = () => import("@/features/timeline");
export const MainTimeline = lazy(async () => ({ default: (await loadTimeline()).MainTimeline }));
export const AlbumsPage = lazy(async () => ({
  default: (await import("@/features/albums")).AlbumsPage,
}));
export const AlbumPage = lazy(() => import("./AlbumPage"));
export const AlbumViewer = lazy(() => import("./AlbumViewer"));
export const TagsPage = lazy(async () => ({ default: (await import("@/features/tags")).TagsPage }));
export const TagPage = lazy(() => import("./TagPage"));
export const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));
export const SearchBox = lazy(async () => ({ default: (await import("./SearchBox")).SearchBox }));
export const LookalikesPage = lazy(async () => ({
  default: (await import("@/features/lookalikes")).LookalikesPage,
}));
export const SharedLinksPage = lazy(async () => ({
  default: (await import("@/features/sharing")).SharedLinksPage,
}));
const loadSearch = () => import("./SearchPage");
export const SearchPage = lazy(async () => ({ default: (await loadSearch()).SearchPage }));
export const SearchViewer = lazy(async () => ({ default: (await loadSearch()).SearchViewer }));
export const TrashViewer = lazy(async () => ({
  default: (await import("./TrashViewer")).TrashViewer,
}));
export const TrashPage = lazy(async () => ({
  default: (await import("@/features/trash")).TrashPage,
}));
export const Settings = lazy(async () => ({
  default: (await import("@/features/settings")).Settings,
}));

export const loadAuth = () => import("@/features/auth");
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
export const LocalMailbox = lazy(async () => ({
  default: (await import("@/features/auth/local-mailbox")).LocalMailbox,
}));
export const ReauthDialog = lazy(async () => ({
  default: (await import("@/features/auth/reauth")).ReauthDialog,
}));

const loadAgain = () => import("@/features/auth/session-expired");
export const SignInAgainDialog = lazy(async () => ({
  default: (await loadAgain()).SignInAgainDialog,
}));
export const SignedInTab = lazy(async () => ({ default: (await loadAgain()).SignedInTab }));

export const Admin = lazy(async () => ({
  default: (await import("@/features/admin")).Admin,
}));

const loadViewer = () => import("@/features/viewer");
export const Viewer = lazy(loadViewer);
export const ViewerLayer = lazy(async () => {
  void loadViewer(); // which it will want as soon as it is there
  return { default: (await import("./ViewerLayer")).ViewerLayer };
});
export const LazyUpload = lazy(() => import("./LazyUpload"));
