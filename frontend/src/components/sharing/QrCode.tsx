/** A link as a QR code, which cameras of phones open; to be saved, printed and hung up. */
import { useMemo } from "react";
import { generate } from "lean-qr";
import { toSvgSource } from "lean-qr/extras/svg";

import { buttonClass, DownloadIcon } from "@/ui";

/** Of the four modules of white that a reader needs around it (ISO/IEC 18004). */
const MARGIN = 4;
/** Pixels of a module: some 500 in all, which prints well. */
const SCALE = 12;

const imagesOf = (url: string) => {
  const code = generate(url);
  const pad = MARGIN;
  // Black on white in dark mode, too: many readers see no other.
  const svg = toSvgSource(code, { pad, on: "black", off: "white", xmlDeclaration: true });
  return {
    png: code.toDataURL({ pad, scale: SCALE, on: [0, 0, 0], off: [255, 255, 255] }),
    svg: `data:image/svg+xml,${encodeURIComponent(svg)}`,
  };
};

type QrCodeProps = { url: string; onSaved: () => void };

export const QrCode = ({ url, onSaved }: QrCodeProps) => {
  const { png, svg } = useMemo(() => imagesOf(url), [url]);
  const file = (type: string, address: string) => (
    <a
      href={address}
      download={`link.${type.toLowerCase()}`}
      onClick={onSaved}
      className={buttonClass()}
    >
      <DownloadIcon />
      Save as {type}
    </a>
  );
  return (
    <div className="space-y-3">
      <img
        src={png}
        alt="QR code of the link. A phone’s camera that is pointed at it opens the page."
        className="mx-auto size-56 rounded-xl border border-line [image-rendering:pixelated]"
      />
      <div className="flex flex-wrap justify-center gap-2">
        {file("PNG", png)}
        {file("SVG", svg)}
      </div>
    </div>
  );
};
