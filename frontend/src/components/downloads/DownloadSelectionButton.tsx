/** Downloads what is selected: one picture as it is, several as a zip. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { fetchOriginal, toProblem } from "@/api";
import { countStacked } from "@/components/gallery/count-stacked";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { DownloadIcon, useToast } from "@/ui";

const isAlone = ({ selected, wholeStacks = false }: ActsOnStacks): boolean => {
  const [only, second] = selected;
  return only !== undefined && second === undefined && !(wholeStacks && only.stack_size);
};

export const DownloadSelectionButton = (props: ActsOnStacks) => {
  const { selected, wholeStacks = false } = props;
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
    const asked = wholeStacks ? countStacked(selected) : ids.length;
    downloadOwn(client, { ids, whole_stacks: wholeStacks }, { title: "", asked });
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
