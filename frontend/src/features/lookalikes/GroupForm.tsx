/** Pictures that look alike, side by side: choose the one to keep, or say that they are not alike. */
import { useState, type KeyboardEvent } from "react";

import type { LookalikeGroup } from "@/api";
import { counted } from "@/locale";
import { Button } from "@/ui";

import { Candidate } from "./Candidate";

type GroupFormProps = {
  group: LookalikeGroup;
  isBusy: boolean;
  onKeep: (keep: string, others: string[]) => void;
  onDismiss: () => void;
};

export const GroupForm = ({ group, isBusy, onKeep, onDismiss }: GroupFormProps) => {
  const { images } = group;
  const [chosen, setChosen] = useState(group.keep);
  // What was chosen may be gone by now: the list was loaded anew.
  const kept = images.some(({ id }) => id === chosen) ? chosen : group.keep;
  const others = images.filter(({ id }) => id !== kept).map(({ id }) => id);

  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "x" && !isBusy) {
      event.preventDefault();
      onDismiss();
      return;
    }
    const picked = images[Number(event.key) - 1];
    if (!picked) return;
    event.preventDefault();
    setChosen(picked.id);
    event.currentTarget.querySelector<HTMLInputElement>(`[value="${picked.id}"]`)?.focus();
  };

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the radio buttons in it
    <form
      aria-label={`${counted(images.length, "picture")} that look alike`}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) onKeep(kept, others);
      }}
      className="border-t border-line py-6 first:border-0"
    >
      <fieldset className="min-w-0">
        <legend className="sr-only">Which one to keep</legend>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),20rem))] gap-5 max-sm:grid-cols-2 max-sm:gap-3">
          {images.map((image, index) => (
            <Candidate
              key={image.id}
              image={image}
              number={index + 1}
              group={group}
              isKept={image.id === kept}
              onKeep={() => setChosen(image.id)}
            />
          ))}
        </div>
      </fieldset>
      <div className="mt-5 flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={isBusy}>
          Keep 1, delete {others.length}
        </Button>
        <Button disabled={isBusy} onClick={onDismiss}>
          Not alike
        </Button>
      </div>
    </form>
  );
};
