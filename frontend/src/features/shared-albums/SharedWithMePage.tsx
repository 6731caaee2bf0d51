/** Invitations, the albums of others that one is in, and whom one has blocked. */
import { Link } from "wouter";

import {
  toProblem,
  useAnswerInvitation,
  useInvitationMails,
  useSharedAlbums,
  useSharedCover,
  useSharedLibraries,
  useUnblock,
  type Invitation,
  type JoinedAlbum,
  type LibraryInvitation,
} from "@/api";
import { ThumbHashCanvas } from "@/components/gallery/ThumbHashCanvas";
import { Badge } from "@/components/settings/Badge";
import { DateTime } from "@/components/settings/DateTime";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { picturesInWords } from "@/locale";
import { AlbumsIcon, Button, PersonIcon, Switch, usePageTitle, useToast } from "@/ui";

import { InvitationRow } from "./InvitationRow";
import { LibraryInvitationRow, SharedLibraries } from "./libraries/SharedLibraries";
import { useAnswered } from "./use-answered";

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

const AlbumInvitationRow = ({ invitation }: { invitation: Invitation }) => {
  const answer = useAnswerInvitation();
  const answered = useAnswered();
  const { id, owner, role, title, invited_at: at } = invitation;
  return (
    <InvitationRow
      owner={owner}
      at={at}
      doing={answer}
      onAnswer={(kind) => {
        const { onSuccess, onError } = answered(kind);
        answer.mutate(
          { id, answer: kind },
          {
            onSuccess: ({ album_id: open }) =>
              onSuccess(open === null ? null : `/shared-with-me/${open}`),
            onError,
          },
        );
      }}
    >
      invites you {ROLES[role]} the album “{title}”
    </InvitationRow>
  );
};

type InvitationsProps = {
  all: readonly Invitation[];
  toLibraries: readonly LibraryInvitation[];
  isProved: boolean;
};

const Invitations = ({ all, toLibraries, isProved }: InvitationsProps) => {
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
  if (all.length + toLibraries.length === 0) return null;
  return (
    <Section
      title="Invitations"
      lead="Whoever invites you, and others in the album, see your e-mail address at what you add. Nobody is told when you decline."
    >
      <Rows label="Invitations" empty="">
        {toLibraries.map((invitation) => (
          <LibraryInvitationRow key={invitation.id} invitation={invitation} />
        ))}
        {all.map((invitation) => (
          <AlbumInvitationRow key={invitation.id} invitation={invitation} />
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
  const ofLibraries = useSharedLibraries();
  const { data: shared } = ofLibraries;
  const toLibraries = shared?.invitations ?? [];
  const hasNoLibrary = shared?.libraries.length === 0 && toLibraries.length === 0;
  usePageTitle("Shared with me");
  return (
    <div className="mx-auto max-w-5xl md:pt-4">
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Shared with me</h1>
      <QueryBoundary query={query} what="what is shared with you">
        {({ albums, invitations, blocked, wants_mail: wants, address_proved: isProved }) => (
          <div className="space-y-8">
            <Invitations all={invitations} toLibraries={toLibraries} isProved={isProved} />
            <QueryBoundary query={ofLibraries} what="libraries of others" rows={1}>
              {({ libraries }) => <SharedLibraries all={libraries} />}
            </QueryBoundary>
            {albums.length === 0 ? (
              <p className="max-w-prose text-muted">
                {invitations.length === 0 && hasNoLibrary
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
