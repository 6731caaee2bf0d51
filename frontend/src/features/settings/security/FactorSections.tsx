/** The factors and linked accounts of a person, each with its end. */
import { useState } from "react";

import { useSecurity, useSession } from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { FormAlert } from "@/ui";

import { AuthenticatorSection } from "./AuthenticatorSection";
import { IdentitiesSection } from "./IdentitiesSection";
import { PasskeysSection } from "./PasskeysSection";
import { RecoveryCodes } from "./RecoveryCodes";
import { RecoveryCodesSection } from "./RecoveryCodesSection";
import { useMayAdd } from "./use-may-add";

export const FactorSections = () => {
  const security = useSecurity();
  const { user } = useSession();
  const mayAdd = useMayAdd();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <>
      {!mayAdd && (
        <FormAlert tone="note">
          Confirm your e-mail address first, by the link in the mail to{" "}
          <strong>{user?.email}</strong>. Then you can add a passkey, an authenticator app or a
          linked account.
        </FormAlert>
      )}
      {security.data ? (
        <>
          <PasskeysSection passkeys={security.data.passkeys} onCodes={setCodes} />
          <AuthenticatorSection totp={security.data.totp} onCodes={setCodes} />
          {(security.data.totp !== null || security.data.passkeys.length > 0) && (
            <RecoveryCodesSection left={security.data.recovery_codes_left} onCodes={setCodes} />
          )}
          <IdentitiesSection identities={security.data.identities} />
        </>
      ) : (
        <Section title="Passkeys">
          <QueryBoundary query={security} what="your keys">
            {() => null}
          </QueryBoundary>
        </Section>
      )}
      {codes && (
        <RecoveryCodes codes={codes} email={user?.email ?? ""} onClose={() => setCodes(null)} />
      )}
    </>
  );
};
