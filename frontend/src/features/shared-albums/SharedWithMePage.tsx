/** Invitations, the albums of others that one is in, and whom one has blocked. */
import { useState } from "react";
import { Link, useLocation } from "wouter";

import {
  toProblem,
  useAnswerInvitation,
  useInvitationMails,
  useSharedAlbums,
  useSharedCover,
  useUnblock,
  type Invitation,
  type InvitationAnswer,
  type JoinedAlbum,
} from "@/api";
import { ThumbHashCanvas } from "@/components/gallery/ThumbHashCanvas";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import { picturesInWords } from "@/locale";
import {
  AlbumsIcon,
  Button,
  Menu,
  MoreIcon,
  PersonIcon,
  Switch,
  usePageTitle,
  useToast,
} from "@/ui";

const Cover = ({ album }: { album: JoinedAlbum }) => {
  const { data: url } = useSharedCover(album.id, album.cover_id);
  return (
    <span className="relative block aspect-square overflow-hidden rounded-2xl bg-sunken">
      {album.thumbhash !== null && <ThumbHashCanvas hash={album.thumbhash} />}
      {album.cover_id === null && (
        <span className="absolute inset-0 flex items-center justify-center text-muted">
          <AlbumsIcon className="size-10" />
        </span>
      )}
      {typeof url === "string" && (
        <img
          src={url}
          alt=""
          draggable={false}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </span>
  );
};

const AlbumCard = ({ album }: { album: JoinedAlbum }) => (
  <li className="[contain-intrinsic-size:auto_18rem] [content-visibility:auto]">
    <Link href={`/shared-with-me/${album.id}`} className="group block rounded-2xl">
      <Cover album={album} />
      <span className="mt-2 flex items-start gap-2">
        <span className="line-clamp-2 min-w-0 grow font-medium group-hover:underline">
          {album.title}
        </span>
        {album.has_news && <Badge>New</Badge>}
      </span>
      <span className="block truncate text-sm text-muted">
        {picturesInWords(album.count)}
        <span className="block truncate">{album.owner}</span>
      </span>
    </Link>
  </li>
);

const ROLES: Record<Invitation["role"], string> = {
  viewer: "to look at",
  contributor: "to look at, and add pictures to,",
};

const InvitationRow = ({ invitation }: { invitation: Invitation }) => {
  const answer = useAnswerInvitation();
  const toast = useToast();
  const [, navigate] = useLocation();
  const [isBlocking, setBlocking] = useState(false);
  const give = (kind: InvitationAnswer) =>
    answer.mutate(
      { id: invitation.id, answer: kind },
      {
        onSuccess: ({ album_id: id }) => {
          if (id !== null) navigate(`/shared-with-me/${id}`);
          else toast.show({ message: kind === "block" ? "Blocked" : "Declined" });
        },
        onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
      },
    );
  return (
    <>
      <Row
        icon={<ShareIcon />}
        title={<span className="break-all">{invitation.owner}</span>}
        actions={
          <>
            <Button look="primary" busy={answer.isPending} onClick={() => give("accept")}>
              Accept
            </Button>
            <Button look="quiet" onClick={() => give("decline")}>
              Decline
            </Button>
            <Menu
              label={`More for the invitation of ${invitation.owner}`}
              items={[{ label: "Block", onSelect: () => setBlocking(true) }]}
            >
              <MoreIcon />
            </Menu>
          </>
        }
      >
        <p>
          invites you {ROLES[invitation.role]} the album “{invitation.title}” ·{" "}
          <DateTime at={invitation.invited_at} dateOnly />
        </p>
      </Row>
      {isBlocking && (
        <ConfirmButton
          title={`Block ${invitation.owner}?`}
          action="Block"
          doing={answer}
          onClose={() => setBlocking(false)}
          onConfirm={() => give("block")}
        >
          <p>
            You see none of their invitations any more, and leave their albums. They are not told.
          </p>
        </ConfirmButton>
      )}
    </>
  );
};

const Invitations = ({ all, isProved }: { all: readonly Invitation[]; isProved: boolean }) => {
  if (!isProved) {
    return (
      <Section title="Invitations">
        <p className="text-muted">
          Confirm your e-mail address to see invitations to it: open the link in the mail that was
          sent to you, or ask for another one in{" "}
          <Link href="/settings/account" className="underline">
            Settings
          </Link>
          .
        </p>
      </Section>
    );
  }
  if (all.length === 0) return null;
  return (
    <Section
      title="Invitations"
      lead="Whoever invites you, and others in the album, see your e-mail address at what you add. Nobody is told when you decline."
    >
      <Rows label="Invitations" empty="">
        {all.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} />
        ))}
      </Rows>
    </Section>
  );
};

const useShowError = () => {
  const toast = useToast();
  return (error: Error) => toast.show({ tone: "error", message: toProblem(error).detail });
};

type Blocked = { id: string; email: string; blocked_at: string };

const BlockedPeople = ({ all }: { all: readonly Blocked[] }) => {
  const unblock = useUnblock();
  const onError = useShowError();
  if (all.length === 0) return null;
  return (
    <Section title="Blocked" lead="You see no invitations of these people.">
      <Rows label="Blocked people" empty="">
        {all.map(({ id, email, blocked_at: at }) => (
          <Row
            key={id}
            icon={<PersonIcon />}
            title={<span className="break-all">{email}</span>}
            actions={
              <Button
                look="quiet"
                busy={unblock.isPending}
                aria-label={`Unblock ${email}`}
                onClick={() => unblock.mutate(id, { onError })}
              >
                Unblock
              </Button>
            }
          >
            Since <DateTime at={at} dateOnly />
          </Row>
        ))}
      </Rows>
    </Section>
  );
};

const Mails = ({ wants }: { wants: boolean }) => {
  const change = useInvitationMails();
  const onError = useShowError();
  return (
    <Section title="Mails">
      <Switch
        label="Mail me about invitations"
        checked={change.isPending ? change.variables : wants}
        onChange={(isOn) => change.mutate(isOn, { onError })}
      />
      <p className="text-sm text-muted">One mail a day at most, however many invite you.</p>
    </Section>
  );
};

export const SharedWithMePage = () => {
  const query = useSharedAlbums();
  usePageTitle("Shared with me");
  return (
    <div className="mx-auto max-w-5xl md:pt-4">
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Shared with me</h1>
      <QueryBoundary query={query} what="what is shared with you">
        {({ albums, invitations, blocked, wants_mail: wants, address_proved: isProved }) => (
          <div className="space-y-8">
            <Invitations all={invitations} isProved={isProved} />
            {albums.length === 0 ? (
              <p className="max-w-prose text-muted">
                {invitations.length === 0
                  ? "Nobody shares an album with you yet. Whoever wants to invites you by your e-mail address, and it shows up here."
                  : "Albums that you accept show up here."}
              </p>
            ) : (
              <ul
                aria-label="Albums shared with you"
                className="grid grid-cols-2 gap-x-4 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] sm:gap-x-5"
              >
                {albums.map((album) => (
                  <AlbumCard key={album.id} album={album} />
                ))}
              </ul>
            )}
            <BlockedPeople all={blocked} />
            <Mails wants={wants} />
          </div>
        )}
      </QueryBoundary>
    </div>
  );
};
