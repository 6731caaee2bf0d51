/** Header of a shared library: whose it is, what one gets of it, and a menu to leave it. */
import { useState } from "react";
import { Link, useLocation } from "wouter";

import { dayInWords, useLeaveLibrary, type SharedLibrary } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { libraryShowsInWords } from "@/components/sharing/library-in-words";
import { picturesInWords } from "@/locale";
import { ChevronLeftIcon, Menu, MoreIcon, useToast } from "@/ui";

type LeaveProps = { library: SharedLibrary; block: boolean; onClose: () => void };

const Leave = ({ library: { id, owner }, block, onClose }: LeaveProps) => {
  const leave = useLeaveLibrary();
  const toast = useToast();
  const [, navigate] = useLocation();
  const onSuccess = () => {
    toast.show({ message: `You no longer see the library of ${owner}` });
    navigate("/shared-with-me", { replace: true });
  };
  return (
    <ConfirmButton
      title={block ? `Block ${owner}?` : `Leave the library of ${owner}?`}
      action={block ? "Leave and block" : "Leave"}
      doing={leave}
      onClose={onClose}
      onConfirm={() => leave.mutate({ id, block }, { onSuccess })}
    >
      <p>
        You lose access to this library. To keep pictures, save them to yours first.{" "}
        {block
          ? `You leave all albums of ${owner}, too, and see none of their invitations. They are not told that you blocked them.`
          : "To come back, you need another invitation."}
      </p>
    </ConfirmButton>
  );
};

type SharedLibraryHeaderProps = { library: SharedLibrary; count: number };

export const SharedLibraryHeader = ({ library, count }: SharedLibraryHeaderProps) => {
  const [leaving, setLeaving] = useState<"leave" | "block" | null>(null);
  const { owner, since } = library;
  return (
    <header className="pt-1 pb-4">
      <Link
        href="/shared-with-me"
        className="-ml-2 inline-flex h-10 items-center gap-1 rounded-full pr-3 pl-1 text-muted hover:text-ink"
      >
        <ChevronLeftIcon />
        Shared with me
      </Link>
      <div className="flex items-start justify-between gap-4">
        <h1 className="min-w-0 text-2xl font-semibold tracking-tight break-words">
          Library of {owner}
        </h1>
        <Menu
          label={`More for the library of ${owner}`}
          items={[
            { label: "Leave the library", onSelect: () => setLeaving("leave") },
            { label: `Leave and block ${owner}`, onSelect: () => setLeaving("block") },
          ]}
        >
          <MoreIcon />
        </Menu>
      </div>
      <p className="mt-1 text-muted">
        {picturesInWords(count)}
        {since !== null && `, from ${dayInWords(since)} on`}
      </p>
      <p className="mt-1 text-sm text-muted">
        Beside the pictures, you get: {libraryShowsInWords(library)}.
      </p>
      <p className="mt-2 max-w-prose text-sm text-muted">
        To keep pictures when sharing ends, select them and press “Save to my library”.{" "}
        {library.allow_originals ? "Saves the originals." : "Saves copies of at most 2,048 pixels."}
      </p>
      {leaving !== null && (
        <Leave library={library} block={leaving === "block"} onClose={() => setLeaving(null)} />
      )}
    </header>
  );
};
