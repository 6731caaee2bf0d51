/** What members of albums see in the same way. Not in index.ts, whose page loads the viewer when it is needed. */
export { useSharedGallery, type SharedGallery } from "./use-shared-gallery";
export { knownImages, rowsOf } from "./rows-of-page";
export { useAddresses } from "./use-addresses";
export { SharedViewer } from "./SharedViewer";
