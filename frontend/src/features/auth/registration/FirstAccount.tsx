/** Making the account that administers a site: whoever comes first on one machine, by a setup code elsewhere. */
import { useMakeFirst, useSession } from "@/api";

import { AuthLayout } from "../shared/AuthLayout";
import { OrDivider } from "../shared/OrDivider";
import { ProviderButtons } from "../shared/ProviderButtons";
import { CreateAccountForm } from "./CreateAccountForm";

type FirstAccountProps = {
  next: string;
  /** What the link brought, perhaps nothing; undefined where no code is asked for. */
  code?: string;
  onDone?: () => void;
};

/** Whoever pasted the whole address means what stands behind its #. */
const codeIn = (text: string): string => text.replace(/^.*#/u, "");

export const FirstAccount = ({ next, code, onDone }: FirstAccountProps) => {
  const { providers } = useSession().sign_in;
  const needsCode = code !== undefined;
  const make = useMakeFirst();

  return (
    <AuthLayout
      title={needsCode ? "Set up this Pinhole" : "Welcome to Pinhole"}
      lead={
        needsCode
          ? "For whoever deployed it: make the account that administers this site."
          : "Nobody has an account here yet. Make the first one: it administers this site."
      }
    >
      <CreateAccountForm
        asksForCode={code === ""}
        create={{
          isPending: make.isPending,
          mutate: ({ email, password, code: typed = code }, on) =>
            make.mutate(
              { email, password, ...(typed === undefined ? {} : { code: codeIn(typed) }) },
              on,
            ),
        }}
        onDone={onDone}
      />
      {!needsCode && providers.length > 0 && <OrDivider />}
      {!needsCode && (
        <div className="space-y-3">
          <ProviderButtons next={next} />
        </div>
      )}
    </AuthLayout>
  );
};
