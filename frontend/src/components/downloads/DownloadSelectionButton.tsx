/** Downloads what is selected: one picture as it is, several as a zip. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { fetchOriginal, toProblem, type ListedImage } from "@/api";
import { countStacked } from "@/components/gallery/count-stacked";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { DownloadIcon, useToast } from "@/ui";

const MAX_TITLE = 200;

type DownloadProps = ActsOnStacks & {
  /** What the zip is called: the album's title, or what was searched for. */
  called?: string;
};

/** The day of all of them, as 2024-05-03; empty: they are of several. */
const dayOf = (selected: readonly ListedImage[]): string => {
  const days = new Set(selected.map(({ timeline_at: at }) => at.slice(0, "2024-05-03".length)));
  return days.size === 1 ? ([...days][0] ?? "") : "";
};

const isAlone = ({ selected, wholeStacks = false }: ActsOnStacks): boolean => {
  const [only, second] = selected;
  return only !== undefined && second === undefined && !(wholeStacks && only.stack_size);
};

export const DownloadSelectionButton = (props: DownloadProps) => {
  const { selected, wholeStacks = false, called = "" } = props;
  const [isBusy, setBusy] = useState(false);
  const toast = useToast();
  const client = useQueryClient();
  const save = async () => {
    const ids = selected.map(({ id }) => id);
    const [first = ""] = ids;
    if (isAlone(props)) {
      window.location.assign((await fetchOriginal(first)).url);
      return;
    }
    const { downloadOwn } = await import("./own-download");
    const title = called === "" ? dayOf(selected) : called.slice(0, MAX_TITLE);
    const asked = wholeStacks ? countStacked(selected) : ids.length;
    downloadOwn(client, { ids, whole_stacks: wholeStacks }, { title, asked });
  };
  return (
    <SelectionButton
      icon={<DownloadIcon />}
      onClick={() => {
        if (isBusy) return;
        setBusy(true);
        save()
          .catch((error: unknown) =>
            toast.show({ message: toProblem(error).detail, tone: "error" }),
          )
          .finally(() => setBusy(false));
      }}
    >
      Download
    </SelectionButton>
  );
};
