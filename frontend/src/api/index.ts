/** What features may use of the API. */
export { useAccount, useChangeAccount, useDescribeMissing } from "./account/account";
export { useActivity, useEverybodysActivity } from "./audit/activity";
export {
  useChangePerson,
  useEndPersonsSessions,
  useInvites,
  useMakeInvite,
  usePeople,
  useRemoveInvite,
} from "./admin/admin";
export {
  ReauthContext,
  isNotConfirmed,
  securityOptions,
  useConfirm,
  useConfirmByPasskey,
  useWithReauth,
} from "./auth/reauth";
export {
  useAccessTokens,
  useDevices,
  useEndOtherSessions,
  useEndSession,
  useMakeAccessToken,
  useRemoveAccessToken,
} from "./account/sessions-and-tokens";
export {
  useChangeImage,
  useDeleteImages,
  useDescribeImage,
  useRestoreImages,
  useWatchReturn,
  useRetryImage,
} from "./images/image-mutations";
export { landImages, removeImages, type ImageList } from "./images/image-cache";
export { dayInWords, imageAlt } from "./images/image-alt";
export {
  fetchImages,
  fetchOriginal,
  imageListOptions,
  imageOptions,
  isUnfinished,
  refreshImages,
  useImage,
  useImages,
  useMoreImages,
  useNewest,
  useUnfinished,
} from "./images/image-queries";
export {
  useAskForExport,
  useDeleteAccount,
  useExports,
  useKeepAccount,
  useRemoveExport,
} from "./account/export-and-deletion";
export {
  useAskForReset,
  useAskToJoin,
  useInvite,
  useMails,
  useOpenMailbox,
  useResetLink,
  useVerify,
  useWaitingLink,
  useWelcomeLink,
} from "./auth/email-links";
export {
  useAddPasskey,
  useAskForEmail,
  useBeginTotp,
  useFinishTotp,
  useLinkIdentity,
  useMakeRecoveryCodes,
  useRemovePasskey,
  useRemoveTotp,
  useRenamePasskey,
  useSecurity,
  useSetPassword,
  useUnlinkIdentity,
  useVerifyEmail,
} from "./account/security";
export { ApiProblem, toProblem } from "./problem";
export {
  endSession,
  forgetPerson,
  holdPerson,
  isPresent,
  sessionOptions,
  untilSignedInAgain,
  useSession,
  useSessionEnded,
  useSignOut,
} from "./auth/session";
export {
  useAcceptInvite,
  useFinishReset,
  useGiveUpSecondFactor,
  useLeaveForProvider,
  useMakeFirst,
  usePasskeySignIn,
  usePasswordOpinion,
  useSecondFactor,
  useSignIn,
  useSignInInTab,
  useWelcome,
} from "./auth/sign-in";
export type {
  AccessToken,
  Account,
  Camera,
  Credentials,
  Description,
  Device,
  Export,
  FactorMethod,
  Failure,
  Image,
  ImageChanges,
  ImageDetail,
  ImageState,
  Invite,
  Mail,
  NewImage,
  Person,
  PersonChanges,
  Place,
  Security,
  Session,
  SiteEvent,
  User,
} from "./types";
export { cancelUpload, completeUpload, requestPlaces } from "./images/uploads";
export { passkeysAutofill, passkeysWork } from "./auth/webauthn";
