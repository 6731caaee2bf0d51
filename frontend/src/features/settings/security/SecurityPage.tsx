/** How a person proves who they are. */
import { useState } from "react";

import { useSecurity, useSession } from "@/api";

import { Loaded } from "../frame/Loaded";
import { Section } from "../frame/Section";
import { Page } from "../frame/SidePages";
import { AuthenticatorSection } from "./AuthenticatorSection";
import { IdentitiesSection } from "./IdentitiesSection";
import { PasskeysSection } from "./PasskeysSection";
import { RecoveryCodes } from "./RecoveryCodes";
import { RecoveryCodesSection } from "./RecoveryCodesSection";

export const SecurityPage = () => {
  const security = useSecurity();
  const { user } = useSession();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <Page title="Security" lead="With a passkey or an app, a stolen password opens nothing.">
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
          <Loaded query={security} what="your keys">
            {() => null}
          </Loaded>
        </Section>
      )}
      {codes && (
        <RecoveryCodes codes={codes} email={user?.email ?? ""} onClose={() => setCodes(null)} />
      )}
    </Page>
  );
};
