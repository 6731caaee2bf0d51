/** Providers for a page that must not be left: each is gone to in another tab, and asked about until it is done. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { sessionOptions, toProblem, useSession, useSignInInTab } from "@/api";
import { FormAlert } from "@/ui";

import { ProviderButton } from "../shared/ProviderButton";

const ASK_EVERY_MS = 2_000;
/** Where the other tab ends. */
const END = "/signed-in";

export const ProviderButtonsInTab = () => {
  const { providers } = useSession().sign_in;
  const leave = useSignInInTab();
  const [isBlocked, setBlocked] = useState(false);
  const isAway = leave.isSuccess;
  const problem = isBlocked
    ? "The browser opened no other tab. Allow this site to open one."
    : leave.error && toProblem(leave.error).detail;
  useQuery({ ...sessionOptions, refetchInterval: isAway ? ASK_EVERY_MS : false });

  const press = (provider: string) => {
    // At once: a browser opens no window for a press that was long ago.
    const tab = window.open("about:blank");
    setBlocked(!tab);
    if (tab) leave.mutate({ provider, next: END, tab });
  };
  return (
    <>
      <FormAlert>{problem}</FormAlert>
      {isAway && (
        <FormAlert tone="note">Sign in in the other tab, then come back to this one.</FormAlert>
      )}
      {providers.map((provider) => (
        <ProviderButton
          key={provider.name}
          provider={provider}
          busy={leave.isPending && leave.variables.provider === provider.name}
          onPress={() => press(provider.name)}
        />
      ))}
    </>
  );
};
