/** Albums that people are in, with the end of each, and of all. */
import { useState } from "react";
import { Link } from "wouter";

import { useEndSharing, useSharedByMe, type GivenAlbum } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { counted, picturesInWords } from "@/locale";
import { Button, PersonIcon, useToast } from "@/ui";

const peopleInWords = ({ members, invited, pictures }: GivenAlbum): string =>
  [
    counted(members, "person", "people"),
    ...(invited > 0 ? [`${String(invited)} invited`] : []),
    ...(pictures > 0 ? [`${picturesInWords(pictures)} added by them`] : []),
  ].join(" · ");

type EndProps = { album: GivenAlbum | null; onClose: () => void };

const End = ({ album, onClose }: EndProps) => {
  const end = useEndSharing();
  const toast = useToast();
  const onSuccess = () => {
    onClose();
    toast.show({ message: "Everybody was removed" });
  };
  return (
    <ConfirmButton
      title={
        album ? `Remove everybody from “${album.title}”?` : "Remove everybody from all albums?"
      }
      action="Remove everybody"
      doing={end}
      onClose={onClose}
      onConfirm={() => end.mutate(album?.id ?? null, { onSuccess })}
    >
      <p>
        They lose access within a minute. Pictures they added are removed. You can invite them
        again.
      </p>
    </ConfirmButton>
  );
};

export const PeopleShared = () => {
  const query = useSharedByMe();
  const [ending, setEnding] = useState<GivenAlbum | "all" | null>(null);
  const close = () => setEnding(null);
  const count = query.data?.albums.length ?? 0;
  return (
    <Section
      title="Shared with people"
      aside={
        count > 1 && (
          <Button look="danger" onClick={() => setEnding("all")}>
            Remove everybody
          </Button>
        )
      }
    >
      <QueryBoundary query={query} what="whom your albums are shared with">
        {({ albums }) => (
          <Rows
            label="Albums with people"
            empty="No album is shared with people who have an account here."
          >
            {albums.map((album) => (
              <Row
                key={album.id}
                icon={<PersonIcon />}
                title={
                  album.is_deleted ? (
                    album.title
                  ) : (
                    <Link href={`/albums/${album.id}`} className="underline">
                      {album.title}
                    </Link>
                  )
                }
                isFaded={album.is_deleted}
                badges={album.is_deleted && <Badge tone="danger">Album deleted</Badge>}
                actions={
                  <Button
                    look="quiet"
                    aria-label={`End ${album.title} for everybody`}
                    onClick={() => setEnding(album)}
                  >
                    End
                  </Button>
                }
              >
                {peopleInWords(album)}
              </Row>
            ))}
          </Rows>
        )}
      </QueryBoundary>
      {ending !== null && <End album={ending === "all" ? null : ending} onClose={close} />}
    </Section>
  );
};
