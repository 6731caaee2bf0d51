/** Signs in with a passkey, in browsers that know them. */
import { passkeysWork } from "@/api";
import { Button, FormAlert, PasskeyIcon } from "@/ui";

import type { usePasskeyDoor } from "./use-passkey-sign-in";

export const PasskeyButton = ({ door }: { door: ReturnType<typeof usePasskeyDoor> }) => (
  <>
    <FormAlert>{door.complaint}</FormAlert>
    {passkeysWork() && (
      <Button icon={<PasskeyIcon />} busy={door.isBusy} onClick={door.press} className="w-full">
        Use a passkey
      </Button>
    )}
  </>
);
