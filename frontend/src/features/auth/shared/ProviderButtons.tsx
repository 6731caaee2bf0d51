/** The OpenID providers that people may sign in with. */
import { toProblem, useLeaveForProvider, useSession } from "@/api";
import { FormAlert } from "@/ui";

import { ProviderButton } from "./ProviderButton";

type ProviderButtonsProps = {
  /** Where to go on afterwards: a path of this site. */
  next: string;
  invite?: string;
  /** Links what waits in this browser too; its own provider is no proof of the account. */
  link?: { but: string };
};

export const ProviderButtons = ({ next, invite, link }: ProviderButtonsProps) => {
  const providers = useSession().sign_in.providers.filter(({ name }) => name !== link?.but);
  const leave = useLeaveForProvider();
  const isLeaving = leave.isPending || leave.isSuccess;
  return (
    <>
      <FormAlert>{leave.error ? toProblem(leave.error).detail : undefined}</FormAlert>
      {providers.map((provider) => (
        <ProviderButton
          key={provider.name}
          provider={provider}
          busy={isLeaving && leave.variables.provider === provider.name}
          onPress={() =>
            leave.mutate({
              provider: provider.name,
              purpose: "sign_in",
              next,
              ...(invite === undefined ? {} : { invite }),
              ...(link ? { link: true } : {}),
            })
          }
        />
      ))}
      {providers.some(({ demo }) => demo) && (
        <p className="text-center text-sm text-muted">
          For testing only: anybody can sign in as anyone.
        </p>
      )}
    </>
  );
};
