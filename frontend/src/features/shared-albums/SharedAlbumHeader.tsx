/** Header of a shared album: title, owner, rights, and a menu to leave it. */
import { useState } from "react";
import { Link, useLocation } from "wouter";

import { useLeaveAlbum, type SharedAlbum } from "@/api";
import { showsInWords } from "@/components/albums/shows-in-words";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { picturesInWords } from "@/locale";
import { ChevronLeftIcon, Menu, MoreIcon, useToast } from "@/ui";

type LeaveProps = { album: SharedAlbum; block: boolean; onClose: () => void };

const Leave = ({ album, block, onClose }: LeaveProps) => {
  const leave = useLeaveAlbum();
  const toast = useToast();
  const [, navigate] = useLocation();
  const onSuccess = () => {
    toast.show({ message: `You left ${album.title}` });
    navigate("/shared-with-me", { replace: true });
  };
  return (
    <ConfirmButton
      title={block ? `Block ${album.owner}?` : `Leave “${album.title}”?`}
      action={block ? "Leave and block" : "Leave"}
      doing={leave}
      onClose={onClose}
      onConfirm={() => leave.mutate({ id: album.id, block }, { onSuccess })}
    >
      <p>
        You lose access to this album. Pictures that you added are removed from it and stay in your
        library. To keep other pictures, save them to your library first.{" "}
        {block
          ? `You leave all albums of ${album.owner} and their library, and see none of their invitations. They are not told that you blocked them.`
          : "To come back, you need another invitation."}
      </p>
    </ConfirmButton>
  );
};

const YOU_MAY: Record<SharedAlbum["role"], string> = {
  owner: "your album, as its members see it",
  viewer: "you may look",
  contributor: "you may add pictures",
};

export const SharedAlbumHeader = ({ album }: { album: SharedAlbum }) => {
  const [leaving, setLeaving] = useState<"leave" | "block" | null>(null);
  const isOwn = album.role === "owner";
  return (
    <header className="pt-1 pb-4">
      <Link
        href={isOwn ? `/albums/${album.id}` : "/shared-with-me"}
        className="-ml-2 inline-flex h-10 items-center gap-1 rounded-full pr-3 pl-1 text-muted hover:text-ink"
      >
        <ChevronLeftIcon />
        {isOwn ? "Back to the album" : "Shared with me"}
      </Link>
      <div className="flex items-start justify-between gap-4">
        <h1 className="min-w-0 text-2xl font-semibold tracking-tight break-words">{album.title}</h1>
        {!isOwn && (
          <Menu
            label={`More for ${album.title}`}
            items={[
              { label: "Leave the album", onSelect: () => setLeaving("leave") },
              { label: `Leave and block ${album.owner}`, onSelect: () => setLeaving("block") },
            ]}
          >
            <MoreIcon />
          </Menu>
        )}
      </div>
      <p className="mt-1 break-words text-muted">
        {picturesInWords(album.count)} · {isOwn ? "" : `of ${album.owner} · `}
        {YOU_MAY[album.role]}
      </p>
      <p className="mt-1 text-sm text-muted">{showsInWords(album)}</p>
      {!isOwn && (
        <p className="mt-2 max-w-prose text-sm text-muted">
          To keep pictures when you leave, select them and press “Save to my library”.{" "}
          {album.allow_originals
            ? "Saves the originals if the person who added them allows it."
            : "Saves copies of at most 2,048 pixels."}
        </p>
      )}
      {album.role === "contributor" && (
        <p className="mt-2 max-w-prose text-sm text-muted">
          To add pictures, select them in{" "}
          <Link href="/" className="underline">
            your library
          </Link>{" "}
          and press “Add to album”. They stay yours, and are removed from the album when you leave.
          If the owner later lets members see more, this does not apply to pictures you have already
          added.
        </p>
      )}
      {leaving !== null && (
        <Leave album={album} block={leaving === "block"} onClose={() => setLeaving(null)} />
      )}
    </header>
  );
};
