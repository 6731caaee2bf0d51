/** Bringing pictures in. */
export { UploadProvider, useUpload } from "./UploadProvider";
