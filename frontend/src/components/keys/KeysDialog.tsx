/** All keys of a screen, shown by one of them. */
import { Dialog } from "@/ui";

import { KeyCaps } from "./KeyCaps";

export type Keys = readonly (readonly [keys: readonly string[], does: string])[];

type KeysDialogProps = { keys: Keys; onClose: () => void };

export const KeysDialog = ({ keys: all, onClose }: KeysDialogProps) => (
  <Dialog title="Keys" onClose={onClose}>
    <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2">
      {all.map(([keys, does]) => (
        <div key={does} className="contents">
          <dt className="flex gap-1.5">
            <KeyCaps keys={keys} className="min-w-7 py-0.5 text-center text-sm whitespace-nowrap" />
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
