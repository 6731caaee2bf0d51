/** People of an album: who is in it, inviting, and what they see beside the pictures. */
import { useId, useState, type SubmitEvent } from "react";
import { Link } from "wouter";

import {
  toProblem,
  useChangeMember,
  useChangeWhatMembersSee,
  useInviteMember,
  useMembers,
  useRemoveMember,
  type Member,
  type MemberRole,
  type MembersSee,
} from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { fieldError } from "@/components/settings/FormDialog";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { picturesInWords } from "@/locale";
import {
  Button,
  Dialog,
  FormAlert,
  Menu,
  MoreIcon,
  PersonIcon,
  Switch,
  TextField,
  useToast,
} from "@/ui";

import { ShareTabs, type Way } from "./ShareTabs";
import { TransferDialog } from "./TransferDialog";

const SEES: readonly (readonly [keyof MembersSee, string])[] = [
  ["show_dates", "Dates"],
  ["show_descriptions", "Descriptions"],
  ["show_names", "File names"],
  ["show_places", "Places"],
  ["allow_originals", "Originals"],
];

const ROLES: Record<MemberRole, string> = { viewer: "Looks", contributor: "Adds pictures" };

const ROLES_IN_WORDS: Record<MemberRole, string> = {
  viewer: "to look",
  contributor: "to look and add pictures",
};

/** Whoever was invited before stays as they were. `known`: ids of those who were. */
const invitedInWords = (answer: Member, known: ReadonlySet<string>): string => {
  const { id, email, role } = answer;
  return known.has(id)
    ? `${email} was invited before, ${ROLES_IN_WORDS[role]}. The menu beside them changes that.`
    : `${email} is invited, if there is such an account`;
};

type InviteProps = { albumId: string; members: readonly Member[] };

const Invite = ({ albumId, members }: InviteProps) => {
  const invite = useInviteMember(albumId);
  const toast = useToast();
  const id = useId();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<MemberRole>("viewer");
  const said = fieldError(invite.error, "email");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (invite.isPending) return;
    const known = new Set(members.map(({ id }) => id));
    invite.mutate(
      { email, role },
      {
        onSuccess: (answer) => {
          toast.show({ message: invitedInWords(answer, known) });
          setEmail("");
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-3">
      <FormAlert>
        {invite.error && said === undefined ? toProblem(invite.error).detail : undefined}
      </FormAlert>
      <TextField
        label="E-mail address"
        type="email"
        inputMode="email"
        autoComplete="off"
        value={email}
        maxLength={254}
        hint="Of somebody who has an account here. Nobody is told whether there is one."
        error={said}
        onChange={(event) => setEmail(event.target.value)}
      />
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <label htmlFor={id} className="mb-1.5 block font-medium">
            May
          </label>
          <select
            id={id}
            value={role}
            onChange={(event) => setRole(event.target.value as MemberRole)}
            className="h-11 rounded-xl border border-edge bg-surface px-3.5 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent"
          >
            <option value="viewer">look</option>
            <option value="contributor">look and add pictures</option>
          </select>
        </div>
        <Button look="primary" type="submit" busy={invite.isPending}>
          Invite
        </Button>
      </div>
    </form>
  );
};

type RemoveDialogProps = { albumId: string; member: Member; onClose: () => void };

/** Asks before a person is removed with what they added. */
const RemoveDialog = ({ albumId, member: { id, email, pictures }, onClose }: RemoveDialogProps) => {
  const remove = useRemoveMember(albumId);
  const toast = useToast();
  return (
    <ConfirmButton
      title={`Remove ${email}?`}
      action="Remove"
      doing={remove}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            toast.show({ message: `${email} was removed` });
            onClose();
          },
        })
      }
    >
      <p>
        What they added goes from the album, too: {picturesInWords(pictures)}. It stays in their own
        library, and nobody else can add it again.
      </p>
    </ConfirmButton>
  );
};

type MemberRowProps = {
  albumId: string;
  member: Member;
  onTransfer: () => void;
  onRemove: () => void;
};

const MemberRow = ({ albumId, member, onTransfer, onRemove }: MemberRowProps) => {
  const change = useChangeMember(albumId);
  const remove = useRemoveMember(albumId);
  const toast = useToast();
  const { id, email, role, state } = member;
  const onError = (error: Error) => toast.show({ tone: "error", message: toProblem(error).detail });
  const other: MemberRole = role === "viewer" ? "contributor" : "viewer";
  return (
    <Row
      icon={<PersonIcon />}
      title={<span className="break-all">{email}</span>}
      badges={state === "invited" && <Badge>Invited</Badge>}
      actions={
        <>
          <Button
            look="quiet"
            busy={remove.isPending}
            aria-label={`Remove ${email}`}
            onClick={() => {
              if (member.pictures > 0) onRemove();
              else
                remove.mutate(id, {
                  onError,
                  onSuccess: () => toast.show({ message: `${email} was removed` }),
                });
            }}
          >
            Remove
          </Button>
          <Menu
            label={`More for ${email}`}
            items={[
              {
                label: other === "viewer" ? "Let them only look" : "Let them add pictures",
                onSelect: () => change.mutate({ id, role: other }, { onError }),
              },
              ...(state === "joined" && role === "contributor"
                ? [{ label: "Give them the album", onSelect: onTransfer }]
                : []),
            ]}
          >
            <MoreIcon />
          </Menu>
        </>
      }
    >
      {ROLES[role]}
      {member.pictures > 0 && ` · added ${picturesInWords(member.pictures)}`}
    </Row>
  );
};

const Sees = ({ albumId, shows }: { albumId: string; shows: MembersSee }) => {
  const change = useChangeWhatMembersSee(albumId);
  return (
    <fieldset>
      <legend className="font-medium">Beside the pictures, they get</legend>
      <div className="sm:grid sm:grid-cols-2">
        {SEES.map(([name, label]) => (
          <Switch
            key={name}
            label={label}
            checked={shows[name]}
            onChange={(isOn) => change.mutate({ [name]: isOn })}
          />
        ))}
      </div>
      <FormAlert>{change.error ? toProblem(change.error).detail : undefined}</FormAlert>
      {shows.allow_originals && (
        <p className="mt-1 rounded-xl bg-accent-soft px-4 py-3 text-sm">
          Originals hold what cameras write into them: often the place, the time, and names of
          people and devices. This does not apply to pictures that others have already added.
        </p>
      )}
    </fieldset>
  );
};

type PeopleDialogProps = {
  albumId: string;
  title: string;
  onWay: (way: Way) => void;
  onClose: () => void;
};

export const PeopleDialog = ({ albumId, title, onWay, onClose }: PeopleDialogProps) => {
  const query = useMembers(albumId);
  const [heir, setHeir] = useState<Member | null>(null);
  const [leaving, setLeaving] = useState<Member | null>(null);
  if (leaving) {
    return <RemoveDialog albumId={albumId} member={leaving} onClose={() => setLeaving(null)} />;
  }
  if (heir) {
    return (
      <TransferDialog albumId={albumId} title={title} member={heir} onClose={() => setHeir(null)} />
    );
  }
  const added = query.data?.members.some(({ pictures }) => pictures > 0) ?? false;
  return (
    <Dialog
      title={`Share “${title}”`}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="space-y-6">
        <ShareTabs way="people" onChoose={onWay} />
        <Invite albumId={albumId} members={query.data?.members ?? []} />
        <QueryBoundary query={query} what="the people of this album">
          {({ members, shows }) => (
            <>
              <Rows
                label="People of this album"
                empty="Nobody is in this album yet. They see it once they accept."
              >
                {members.map((member) => (
                  <MemberRow
                    key={member.id}
                    albumId={albumId}
                    member={member}
                    onTransfer={() => setHeir(member)}
                    onRemove={() => setLeaving(member)}
                  />
                ))}
              </Rows>
              {added && (
                <p>
                  <Link href={`/shared-with-me/${albumId}`} className="underline">
                    See the album with what they added
                  </Link>
                </p>
              )}
              <Sees albumId={albumId} shows={shows} />
            </>
          )}
        </QueryBoundary>
      </div>
    </Dialog>
  );
};
