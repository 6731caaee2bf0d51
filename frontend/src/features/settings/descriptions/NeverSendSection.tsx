/** Albums whose pictures no model ever sees. */
import { useId } from "react";

import { toProblem, useAlbums, useNeverSend, type DescriptionCosts } from "@/api";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, useToast } from "@/ui";

type NeverSent = DescriptionCosts["never_sent"];
const COUNTED = 10_000;

const ownPictures = (count: number): string => {
  if (count === 0) return "No single picture is marked. Mark one by “Versions” in its details.";
  const many =
    count >= COUNTED ? `${formatNumber(count)} pictures or more` : picturesInWords(count);
  return `${many} marked one by one, in their details, or with their stack.`;
};

export const NeverSendSection = ({ neverSent }: { neverSent: NeverSent }) => {
  const id = useId();
  const albums = useAlbums();
  const keep = useNeverSend();
  const toast = useToast();
  const marked = new Set(neverSent.albums.map((album) => album.id));
  const others = (albums.data ?? []).filter((album) => !marked.has(album.id));
  const change = (album_id: string, title: string, never: boolean) =>
    keep.mutate(
      { album_id, never },
      {
        onSuccess: () =>
          toast.show({
            message: never ? `“${title}” is never sent` : `“${title}” may be sent when you ask`,
          }),
        onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
      },
    );
  return (
    <Section
      title="Never sent"
      lead="No model sees what is in these albums, now or later. What waits of it is dropped at once."
    >
      <Rows label="Albums that are never sent" empty="No album is marked.">
        {neverSent.albums.map((album) => (
          <Row
            key={album.id}
            title={album.is_deleted ? `${album.title} (in Recently deleted)` : album.title}
            actions={
              <Button
                look="quiet"
                aria-label={`Allow “${album.title}” to be sent`}
                onClick={() => change(album.id, album.title, false)}
              >
                Allow
              </Button>
            }
          />
        ))}
      </Rows>
      {others.length > 0 && (
        <div className="mt-5">
          <label htmlFor={id} className="mb-1.5 block font-medium">
            Never send an album
          </label>
          <select
            id={id}
            value=""
            disabled={keep.isPending}
            className="h-11 w-full max-w-sm rounded-xl border border-edge bg-surface px-3 focus:outline-2 focus:outline-accent"
            onChange={(event) => {
              const chosen = others.find((album) => album.id === event.target.value);
              if (chosen) change(chosen.id, chosen.title, true);
            }}
          >
            <option value="">Choose an album</option>
            {others.map((album) => (
              <option key={album.id} value={album.id}>
                {album.title}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className="mt-4 text-sm text-muted">{ownPictures(neverSent.pictures)}</p>
    </Section>
  );
};
