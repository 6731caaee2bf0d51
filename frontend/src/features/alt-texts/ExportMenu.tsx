/** Takes alt texts along as a file. */
import { useState } from "react";

import { fetchAltTextFile, toProblem, type AltTextFilter, type AltTextFormat } from "@/api";
import { DownloadIcon, Menu, Spinner, useToast } from "@/ui";

const save = (blob: Blob, name: string): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};

export const ExportMenu = ({ which }: { which: AltTextFilter }) => {
  const [isBusy, setBusy] = useState(false);
  const toast = useToast();
  const fetchFile = (format: AltTextFormat) => () => {
    if (isBusy) return;
    setBusy(true);
    fetchAltTextFile(format, which)
      .then((blob) => save(blob, `alt-texts.${format}`))
      .catch((error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }))
      .finally(() => setBusy(false));
  };
  return (
    <Menu
      label="Export this list"
      buttonClassName="w-auto! gap-2 border border-line bg-surface px-4.5 font-medium"
      items={[
        { label: "CSV, for spreadsheets", onSelect: fetchFile("csv") },
        { label: "HTML, <img alt>", onSelect: fetchFile("html") },
      ]}
    >
      {isBusy ? <Spinner className="size-4" /> : <DownloadIcon />}
      <span>Export</span>
    </Menu>
  );
};
