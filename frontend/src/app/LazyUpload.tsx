/** The upload feature, in a chunk of its own: tells the rest of the page how to open its pickers. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "wouter";

import { albumOf, useAlbum, useSession } from "@/api";

import { UploadProvider, useUpload } from "@/features/upload";

import { keepOfflineThumbnails } from "./offline-thumbnails";
import { announceUpload } from "./upload-pickers";
import { readLocation } from "./use-viewer-route";
import { viewAt } from "./views";

const Announce = () => {
  const actions = useUpload();
  useEffect(() => announceUpload(actions), [actions]);
  return null;
};

/** Here, since it is nothing that the first screen waits for. */
const KeepSeen = () => {
  const client = useQueryClient();
  const id = useSession().user?.id;
  useEffect(() => (id === undefined ? undefined : keepOfflineThumbnails(client, id)), [client, id]);
  return null;
};

/** The album that is open, if one is: files go into it. */
const useOpenAlbum = () => {
  const view = viewAt(readLocation(useLocation()[0]).path);
  return useAlbum(view === undefined ? null : albumOf(view)).data ?? null;
};

const LazyUpload = () => (
  <UploadProvider album={useOpenAlbum()}>
    <Announce />
    <KeepSeen />
  </UploadProvider>
);

export default LazyUpload;
