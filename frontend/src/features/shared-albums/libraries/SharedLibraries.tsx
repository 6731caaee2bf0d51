/** The libraries that others share, as rows; and an invitation to one. */
import { Link } from "wouter";

import { useAnswerLibraryInvitation, type LibraryInvitation, type SharedLibrary } from "@/api";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import {
  asSentence,
  libraryShowsInWords,
  sinceInWords,
} from "@/components/sharing/library-in-words";
import { PersonIcon } from "@/ui";

import { InvitationRow } from "../InvitationRow";
import { useAnswered } from "../use-answered";

export const SharedLibraries = ({ all }: { all: readonly SharedLibrary[] }) => {
  if (all.length === 0) return null;
  return (
    <Section title="Libraries">
      <Rows label="Libraries shared with you" empty="">
        {all.map((library) => (
          <Row
            key={library.id}
            icon={<PersonIcon />}
            title={
              <Link
                href={`/shared-with-me/libraries/${library.id}`}
                className="break-all underline"
              >
                {library.owner}
              </Link>
            }
          >
            {asSentence(sinceInWords(library.since))} · {libraryShowsInWords(library)}
          </Row>
        ))}
      </Rows>
    </Section>
  );
};

export const LibraryInvitationRow = ({ invitation }: { invitation: LibraryInvitation }) => {
  const answer = useAnswerLibraryInvitation();
  const answered = useAnswered();
  const { id, owner, since, invited_at: at } = invitation;
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
            onSuccess: ({ library_id: open }) =>
              onSuccess(open === null ? null : `/shared-with-me/libraries/${open}`),
            onError,
          },
        );
      }}
    >
      invites you to look at their library: {sinceInWords(since)}
    </InvitationRow>
  );
};
