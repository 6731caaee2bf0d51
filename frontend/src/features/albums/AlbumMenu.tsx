/** Menu of one album: rename, describe, delete. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";

import { toProblem, useChangeAlbum, useDeleteAlbum, type Album } from "@/api";
import { DownloadIcon, Menu, MoreIcon, PencilIcon, TrashIcon, useToast } from "@/ui";

import { AlbumDialog } from "./AlbumDialog";

/** Deletes an album and leaves its page, and offers to bring it back. */
const useDelete = ({ id, title }: Album) => {
  const { remove, restore } = useDeleteAlbum();
  const [, navigate] = useLocation();
  const toast = useToast();
  const showError = (error: unknown) =>
    toast.show({ tone: "error", message: toProblem(error).detail });
  const bringBack = () => {
    restore(id).catch(showError);
  };
  const run = async () => {
    await remove(id);
    navigate("/albums");
    toast.show({
      message: `${title} was deleted. Its pictures stay in your library.`,
      action: { label: "Undo", onAction: bringBack },
    });
  };
  return () => {
    run().catch(showError);
  };
};

/** Downloads all of an album, as it is then. */
const useDownloadAll = ({ id, title }: Album) => {
  const toast = useToast();
  const client = useQueryClient();
  const run = async () => {
    const { downloadOwn } = await import("@/components/downloads/own-download");
    const match = { view: "album", album_id: id } as const;
    downloadOwn(client, { match }, { title, asked: null });
  };
  return () => {
    run().catch((error: unknown) =>
      toast.show({ tone: "error", message: toProblem(error).detail }),
    );
  };
};

export const AlbumMenu = ({ album }: { album: Album }) => {
  const [isEditing, setIsEditing] = useState(false);
  const change = useChangeAlbum();
  const onDelete = useDelete(album);
  const onDownload = useDownloadAll(album);
  const edit = () => {
    change.reset();
    setIsEditing(true);
  };
  return (
    <>
      <Menu
        label="More for this album"
        items={[
          { label: "Edit title and description", icon: <PencilIcon />, onSelect: edit },
          { label: "Download all pictures", icon: <DownloadIcon />, onSelect: onDownload },
          { label: "Delete album", icon: <TrashIcon />, onSelect: onDelete },
        ]}
      >
        <MoreIcon />
      </Menu>
      {isEditing && (
        <AlbumDialog
          title="Edit the album"
          action="Save"
          words={album}
          doing={change}
          onSubmit={(changes) =>
            change.mutate({ id: album.id, changes }, { onSuccess: () => setIsEditing(false) })
          }
          onClose={() => setIsEditing(false)}
        />
      )}
    </>
  );
};
