/** The browser's own pickers: one for files, one for a folder. Opened by click() on the refs. */
import type { ChangeEvent, RefObject } from "react";

import { acceptList } from "./queue/content-types";
import { takeChosen } from "./take-chosen";

type PickerInputsProps = {
  filesRef: RefObject<HTMLInputElement | null>;
  folderRef: RefObject<HTMLInputElement | null>;
  contentTypes: readonly string[];
  onFiles: (files: File[]) => void;
};

/** Zips of other programs, too; not on a phone, which then would not offer its pictures first. */
const zips = (): string =>
  window.matchMedia("(any-hover: hover)").matches ? ",.zip,application/zip" : "";

// Every browser on a desk knows it, but it is in no standard that React's types follow.
const WHOLE_FOLDERS = { webkitdirectory: "" };

export const PickerInputs = ({ filesRef, folderRef, contentTypes, onFiles }: PickerInputsProps) => {
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const files = takeChosen(event);
    if (files.length > 0) onFiles(files);
  };
  return (
    <>
      <input
        ref={filesRef}
        type="file"
        hidden
        multiple
        accept={acceptList(contentTypes) + zips()}
        aria-label="Pictures to upload"
        onChange={onChange}
      />
      <input
        ref={folderRef}
        type="file"
        hidden
        {...WHOLE_FOLDERS}
        aria-label="Folder to upload"
        onChange={onChange}
      />
    </>
  );
};
