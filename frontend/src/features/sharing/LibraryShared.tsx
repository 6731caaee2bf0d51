/** Whom one's library is shared with, with the end of each, and of all. */
import { useState } from "react";

import { useEndLibraryShare, useLibraryShares, type LibraryShare } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import {
  asSentence,
  libraryShowsInWords,
  sinceInWords,
} from "@/components/sharing/library-in-words";
import { Button, PersonIcon, useToast } from "@/ui";

import { ShareLibraryDialog } from "./ShareLibraryDialog";

/** `share`: null: all of them. */
type EndProps = { share: LibraryShare | null; onClose: () => void };

const End = ({ share, onClose }: EndProps) => {
  const end = useEndLibraryShare();
  const toast = useToast();
  const onSuccess = () => {
    onClose();
    toast.show({ message: share ? `Not shared with ${share.email} any more` : "Nobody is left" });
  };
  return (
    <ConfirmButton
      title={share ? `Stop sharing with ${share.email}?` : "Stop sharing your library?"}
      action="Stop sharing"
      doing={end}
      onClose={onClose}
      onConfirm={() => end.mutate(share?.id ?? null, { onSuccess })}
    >
      <p>
        {share ? "They lose" : "Everybody loses"} access within a minute. Pictures that were saved
        to another library stay there. You can invite them again.
      </p>
    </ConfirmButton>
  );
};

type Chosen = { what: "edit" | "end"; share: LibraryShare } | { what: "new" } | { what: "all" };

export const LibraryShared = () => {
  const query = useLibraryShares();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const close = () => setChosen(null);
  const count = query.data?.people.length ?? 0;
  return (
    <Section
      title="Your library"
      lead="Share all of your pictures with somebody, or those from a date on. You do not see theirs."
      aside={
        <>
          {count > 1 && (
            <Button look="danger" onClick={() => setChosen({ what: "all" })}>
              Stop sharing
            </Button>
          )}
          <Button onClick={() => setChosen({ what: "new" })}>Share your library</Button>
        </>
      }
    >
      <QueryBoundary query={query} what="whom your library is shared with">
        {({ people }) => (
          <Rows label="People who see your library" empty="Your library is shared with nobody.">
            {people.map((share) => (
              <Row
                key={share.id}
                icon={<PersonIcon />}
                title={<span className="break-all">{share.email}</span>}
                badges={share.state === "invited" && <Badge>Invited</Badge>}
                actions={
                  <>
                    <Button
                      look="quiet"
                      aria-label={`Edit what ${share.email} gets`}
                      onClick={() => setChosen({ what: "edit", share })}
                    >
                      Edit
                    </Button>
                    <Button
                      look="quiet"
                      aria-label={`End sharing with ${share.email}`}
                      onClick={() => setChosen({ what: "end", share })}
                    >
                      End
                    </Button>
                  </>
                }
              >
                {asSentence(sinceInWords(share.since))} · {libraryShowsInWords(share)}
              </Row>
            ))}
          </Rows>
        )}
      </QueryBoundary>
      {chosen?.what === "new" && <ShareLibraryDialog share={null} onClose={close} />}
      {chosen?.what === "edit" && <ShareLibraryDialog share={chosen.share} onClose={close} />}
      {chosen?.what === "end" && <End share={chosen.share} onClose={close} />}
      {chosen?.what === "all" && <End share={null} onClose={close} />}
    </Section>
  );
};
