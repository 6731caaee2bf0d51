/** The notice on a damaged image: why only a part of it is shown. */
import type { Image } from "@/api";
import { WarningIcon } from "@/ui";

export const DamagedNotice = ({
  image: { state, failure, preview_url: url },
}: {
  image: Image;
}) => {
  if (state !== "damaged" || url === null) return null;
  return (
    <p className="mx-auto flex max-w-[min(36rem,calc(100%-2rem))] items-center gap-2 rounded-2xl bg-black/75 px-4 py-2 text-sm">
      <WarningIcon className="size-5 text-[#f5b04c]" />
      {failure?.title ?? "Damaged"}. {failure?.detail}
    </p>
  );
};
