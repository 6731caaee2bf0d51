/** Number of recovery codes left, and a button for new ones. */
import { useState } from "react";

import { useMakeRecoveryCodes } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { Section } from "@/components/settings/Section";
import { counted } from "@/locale";
import { Button } from "@/ui";

const FEW = 3;

type RecoveryCodesSectionProps = { left: number; onCodes: (codes: readonly string[]) => void };

export const RecoveryCodesSection = ({ left, onCodes }: RecoveryCodesSectionProps) => {
  const make = useMakeRecoveryCodes();
  const [isAsking, setAsking] = useState(false);
  return (
    <Section
      title="Recovery codes"
      lead="If you lose your phone or security key, each code signs you in once together with your password."
      aside={<Button onClick={() => setAsking(true)}>Create new codes</Button>}
    >
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={left <= FEW ? "danger" : "plain"}>{counted(left, "code")} left</Badge>
        {left <= FEW && <span className="text-muted">Create new codes soon.</span>}
      </p>
      {isAsking && (
        <ConfirmButton
          title="Create new recovery codes?"
          action="Create new codes"
          look="primary"
          doing={make}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            make.mutate(undefined, {
              onSuccess: ({ recovery_codes }) => {
                setAsking(false);
                onCodes(recovery_codes);
              },
            })
          }
        >
          <p>You get ten new codes. The ones you have now stop working.</p>
        </ConfirmButton>
      )}
    </Section>
  );
};
