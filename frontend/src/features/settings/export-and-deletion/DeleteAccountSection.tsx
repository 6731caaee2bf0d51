/** Deletion of the account, and the seven days in which it can be cancelled. */
import { useState } from "react";

import { useAccount, useDeleteAccount, useKeepAccount, useSession } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { Section } from "@/components/settings/Section";
import { formatNumber } from "@/locale";
import { Button, formatBytes, useToast } from "@/ui";

const DAYS = 7;

const DeleteAccount = ({ onClose }: { onClose: () => void }) => {
  const remove = useDeleteAccount();
  const account = useAccount().data;
  return (
    <ConfirmButton
      title="Delete your account?"
      action="Delete my account"
      doing={remove}
      onClose={onClose}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
    >
      <p>
        In {DAYS} days{" "}
        {account && account.pictures > 0 ? (
          <strong className="font-semibold text-ink">
            {account.pictures === 1
              ? "your picture"
              : `all ${formatNumber(account.pictures)} of your pictures`}{" "}
            ({formatBytes(account.bytes)})
          </strong>
        ) : (
          "your pictures"
        )}
        , their descriptions, your passkeys and everything else of your account are deleted for
        good. Nobody can bring them back.
      </p>
      <p>
        Until then everything works as before, and you can change your mind at any time. Download a
        copy of everything first if you want to keep it.
      </p>
    </ConfirmButton>
  );
};

const Pending = ({ at }: { at: string }) => {
  const keep = useKeepAccount();
  const complain = useShowError();
  const toast = useToast();
  return (
    <div className="flex flex-wrap items-center justify-between gap-4">
      <p className="font-medium text-danger">
        Your account and all pictures will be deleted on <DateTime at={at} />.
      </p>
      <Button
        look="primary"
        busy={keep.isPending}
        onClick={() =>
          keep.mutate(undefined, {
            onSuccess: () => toast.show({ message: "Your account stays" }),
            onError: complain,
          })
        }
      >
        Keep my account
      </Button>
    </div>
  );
};

export const DeleteAccountSection = () => {
  const { user } = useSession();
  const [isAsking, setAsking] = useState(false);
  const at = user?.delete_after ?? null;
  return (
    <Section
      title="Delete the account"
      lead={
        at === null
          ? `Deletes your pictures and everything else of your account for good, after ${DAYS} days in which you can change your mind.`
          : undefined
      }
    >
      {at === null ? (
        <Button look="danger" onClick={() => setAsking(true)}>
          Delete my account
        </Button>
      ) : (
        <Pending at={at} />
      )}
      {isAsking && <DeleteAccount onClose={() => setAsking(false)} />}
    </Section>
  );
};
