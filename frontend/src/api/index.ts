/** What features may use of the API. */
export { useAccount, useChangeAccount, useDescribeMissing } from "./account";
export {
  useChangeImage,
  useDeleteImages,
  useDescribeImage,
  useRestoreImages,
  useWatchReturn,
} from "./image-changes";
export { removeImages, upsertImages, type ImageList } from "./image-cache";
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
export { ApiProblem, toProblem } from "./problem";
export {
  forgetPerson,
  sessionOptions,
  useRegister,
  useSession,
  useSignIn,
  useSignOut,
} from "./session";
export type {
  Account,
  Camera,
  Credentials,
  Description,
  Failure,
  Image,
  ImageChanges,
  ImageDetail,
  ImageState,
  NewImage,
  Place,
  Session,
  User,
} from "./types";
export { cancelUpload, requestPlaces } from "./uploads";
