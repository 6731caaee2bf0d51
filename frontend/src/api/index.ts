/** What features may use of the API. */
export { useAccount, useChangeAccount, useDescribeMissing } from "./account";
export { useActivity, useEverybodysActivity } from "./activity";
export {
  useChangePerson,
  useEndPersonsSessions,
  useInvites,
  useMakeInvite,
  usePeople,
  useRemoveInvite,
} from "./administration";
export {
  ConfirmingContext,
  isNotConfirmed,
  securityOptions,
  useConfirm,
  useConfirmByPasskey,
  useConfirmed,
} from "./confirming";
export {
  useAccessTokens,
  useDevices,
  useEndOtherSessions,
  useEndSession,
  useMakeAccessToken,
  useRemoveAccessToken,
} from "./devices";
export {
  useChangeImage,
  useDeleteImages,
  useDescribeImage,
  useRestoreImages,
  useWatchReturn,
  useRetryImage,
} from "./image-changes";
export { landImages, removeImages, type ImageList } from "./image-cache";
export { dayInWords, imageAlt } from "./image-alt";
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
} from "./images";
export {
  useAskForExport,
  useDeleteAccount,
  useExports,
  useKeepAccount,
  useRemoveExport,
} from "./leaving";
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
} from "./mail-links";
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
} from "./own-factors";
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
} from "./session";
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
} from "./sign-in";
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
export { cancelUpload, completeUpload, requestPlaces } from "./uploads";
export { passkeysAutofill, passkeysWork } from "./web-authn";
