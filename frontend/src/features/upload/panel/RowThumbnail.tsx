/** The picture of a row, drawn from the file itself where the browser can. */
import { useCallback, useState } from "react";

import { BrokenPictureIcon, PicturesIcon } from "@/ui";

import { isShowable } from "../content-types";
import type { Upload } from "../engine/upload";

const box =
  "flex size-11 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-sunken text-muted";

export const RowThumbnail = ({ upload: { file, contentType, phase } }: { upload: Upload }) => {
  const [isBroken, setIsBroken] = useState(false);
  // The address keeps the file's bytes at hand: it is given back with the element.
  const show = useCallback(
    (element: HTMLImageElement | null) => {
      if (!element) return undefined;
      const url = URL.createObjectURL(file);
      element.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [file],
  );
  const fromServer = "image" in phase ? phase.image.thumbnail_url : null;
  if (!isShowable(contentType) || isBroken || file.size === 0) {
    return (
      <span className={box}>
        {fromServer !== null ? (
          <img src={fromServer} alt="" decoding="async" className="size-full object-cover" />
        ) : phase.name === "failed" ? (
          <BrokenPictureIcon />
        ) : (
          <PicturesIcon />
        )}
      </span>
    );
  }
  return (
    <span className={box}>
      <img
        ref={show}
        alt=""
        decoding="async"
        onError={() => setIsBroken(true)}
        className="size-full object-cover"
      />
    </span>
  );
};
