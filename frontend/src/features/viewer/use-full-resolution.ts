/** Better addresses for a picture: a fresh one when the old signature has run out, the original for a close look. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { fetchOriginal, imageOptions, refreshImages, type Image } from "@/api";

/** What browsers draw. HEIC and TIFF stay with their preview. */
const DRAWN = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);
const MOST_BYTES = 40_000_000;
const MOST_PIXELS = 60_000_000;

export const useFullResolution = () => {
  const client = useQueryClient();
  const renewed = useRef(new Set<string>());

  /** Once for each address; a second failure has another cause than its age. */
  const renewUrls = ({ id, preview_url: url }: Image) => {
    if (url === null || renewed.current.has(url)) return;
    renewed.current.add(url);
    const renew = async () => {
      const [fresh] = await refreshImages(client, [id], { newUrls: true });
      client.setQueryData(imageOptions(id).queryKey, (old) => old && { ...old, ...fresh });
    };
    renew().catch(ignore);
  };

  /** Fails silently: the preview is there, only less sharp. */
  const fetchFull = (image: Image, use: (url: string) => Promise<void> | undefined) => {
    if (isWorthIt(image))
      fetchOriginal(image.id)
        .then(({ url }) => use(url), ignore)
        .catch(ignore);
  };

  return { renewUrls, fetchFull };
};

const ignore = () => undefined;

/** What moves is shown from its original anyway, or stands still because it shall. */
const isWorthIt = ({ state, is_animated, content_type, size, width, height }: Image): boolean =>
  state === "ready" &&
  !is_animated &&
  DRAWN.has(content_type) &&
  size <= MOST_BYTES &&
  (width ?? 0) * (height ?? 0) <= MOST_PIXELS;
