/** Files dragged over the window, dropped on it, or pasted into it. */
import { useEffect, useEffectEvent, useState } from "react";

import { takeOut, type Dropped } from "./collect-files";

type FileDrop = {
  onFiles: (dropped: Dropped) => void;
  /** Called when files come over the window: time to get ready for them. */
  onApproach: () => void;
};

const carriesFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes("Files") ?? false;

const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select"));

/** Whether files hover over the window right now. */
export const useFileDrop = ({ onFiles, onApproach }: FileDrop): boolean => {
  const [isOver, setIsOver] = useState(false);
  const takeFiles = useEffectEvent(onFiles);
  const approach = useEffectEvent(onApproach);

  useEffect(() => {
    // A picture of our own page, dragged about, looks like a file to some browsers.
    let isOurOwn = false;
    const listeners = new AbortController();
    const on = <K extends keyof WindowEventMap>(
      type: K,
      listen: (event: WindowEventMap[K]) => void,
    ) => window.addEventListener(type, listen, { signal: listeners.signal });

    on("dragstart", () => (isOurOwn = true));
    on("dragend", () => (isOurOwn = false));
    on("dragenter", (event) => {
      if (isOurOwn || !carriesFiles(event)) return;
      event.preventDefault();
      approach();
      setIsOver(true);
    });
    on("dragover", (event) => {
      if (isOurOwn || !carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      // Safari reports leaving an element like leaving the window; the next move puts that right.
      setIsOver(true);
    });
    on("dragleave", (event) => {
      if (event.relatedTarget === null) setIsOver(false);
    });
    on("drop", (event) => {
      setIsOver(false);
      if (isOurOwn || !event.dataTransfer || !carriesFiles(event)) return;
      event.preventDefault();
      takeFiles(takeOut(event.dataTransfer));
    });
    on("paste", (event) => {
      if (!event.clipboardData || isTextField(event.target)) return;
      const pasted = takeOut(event.clipboardData);
      if (pasted.entries.length + pasted.files.length > 0) takeFiles(pasted);
    });
    return () => listeners.abort();
  }, []);

  return isOver;
};
