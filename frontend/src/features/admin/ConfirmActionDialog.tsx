/** Dialog to confirm an action on an account. */
import { useChangePerson, useEndPersonsSessions, type Person, type PersonChanges } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { useToast } from "@/ui";

import type { Step } from "./UserRow";

type Asked = {
  title: string;
  about: string;
  action: string;
  look?: "primary";
  done: string;
  changes: PersonChanges | null;
};

const ASKED: Record<Step, Asked> = {
  disable: {
    title: "Disable the account of",
    about:
      "They are signed out everywhere at once and cannot sign in; their access tokens are refused. Their pictures stay as they are, and you can enable the account again.",
    action: "Disable account",
    done: "The account is disabled",
    changes: { disabled: true },
  },
  enable: {
    title: "Enable the account of",
    about: "They can sign in again, and find their pictures as they left them.",
    action: "Enable account",
    look: "primary",
    done: "The account is enabled",
    changes: { disabled: false },
  },
  end_sessions: {
    title: "Sign out all devices of",
    about: "They must sign in again. Their access tokens keep working.",
    action: "Sign them out",
    done: "All their devices are signed out",
    changes: null,
  },
  promote: {
    title: "Make an administrator of",
    about:
      "They can see who has an account, invite people, disable accounts and make administrators. They never see the pictures of others.",
    action: "Make an administrator",
    look: "primary",
    done: "They are an administrator now",
    changes: { is_administrator: true },
  },
  demote: {
    title: "Remove the administrator role of",
    about: "They keep their account and their pictures, and no longer see this page.",
    action: "Remove role",
    done: "They are no longer an administrator",
    changes: { is_administrator: false },
  },
};

type StepDialogProps = { person: Person; step: Step; onClose: () => void };

export const ConfirmActionDialog = ({ person, step, onClose }: StepDialogProps) => {
  const change = useChangePerson();
  const endSessions = useEndPersonsSessions();
  const toast = useToast();
  const { title, about, action, look, done, changes } = ASKED[step];

  const finish = () => {
    onClose();
    toast.show({ message: done });
  };
  const take = () => {
    if (changes) change.mutate({ id: person.id, changes }, { onSuccess: finish });
    else endSessions.mutate(person.id, { onSuccess: finish });
  };

  return (
    <ConfirmButton
      title={`${title} ${person.email}?`}
      action={action}
      {...(look ? { look } : {})}
      doing={changes ? change : endSessions}
      onClose={onClose}
      onConfirm={take}
    >
      <p>{about}</p>
    </ConfirmButton>
  );
};
