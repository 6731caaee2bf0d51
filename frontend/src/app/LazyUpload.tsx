/** The upload feature, in a chunk of its own: tells the rest of the page how to open its pickers. */
import { useEffect } from "react";

import { UploadProvider, useUpload } from "@/features/upload";

import { announceUpload } from "./upload-pickers";

const Announce = () => {
  const actions = useUpload();
  useEffect(() => announceUpload(actions), [actions]);
  return null;
};

const LazyUpload = () => (
  <UploadProvider>
    <Announce />
  </UploadProvider>
);

export default LazyUpload;
