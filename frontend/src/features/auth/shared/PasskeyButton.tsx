/** Signs in with a passkey, in browsers that know them. */
import { passkeysWork } from "@/api";
import { Button, FormAlert, PasskeyIcon } from "@/ui";

import type { usePasskeyPrompt } from "./use-passkey-prompt";

export const PasskeyButton = ({ prompt }: { prompt: ReturnType<typeof usePasskeyPrompt> }) => (
  <>
    <FormAlert>{prompt.complaint}</FormAlert>
    {passkeysWork() && (
      <Button icon={<PasskeyIcon />} busy={prompt.isBusy} onClick={prompt.press} className="w-full">
        Use a passkey
      </Button>
    )}
  </>
);
