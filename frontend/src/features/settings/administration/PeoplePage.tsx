/** Everybody who has an account here. */
import { useState } from "react";

import { usePeople, useSession, type Person } from "@/api";
import { Button } from "@/ui";

import { useComplain } from "../frame/complaints";
import { Loaded } from "../frame/Loaded";
import { Rows } from "../frame/Rows";
import { Section } from "../frame/Section";
import { Page } from "../frame/SidePages";
import { PersonRow, type Step } from "./PersonRow";
import { StepDialog } from "./StepDialog";

export const PeoplePage = () => {
  const people = usePeople();
  const { user } = useSession();
  const complain = useComplain();
  const [asking, setAsking] = useState<{ person: Person; step: Step } | null>(null);

  const more = async () => {
    const { error } = await people.fetchNextPage();
    if (error) complain(error);
  };

  return (
    <Page
      title="People"
      lead="Who has an account here, and how much they keep. What they keep is theirs alone: administrators never see it."
    >
      <Section title="Accounts">
        <Loaded query={people} what="people" rows={4}>
          {(all) => (
            <Rows label="People" empty="Nobody has an account.">
              {all.map((person) => (
                <PersonRow
                  key={person.id}
                  person={person}
                  isSelf={person.id === user?.id}
                  onStep={(step) => setAsking({ person, step })}
                />
              ))}
            </Rows>
          )}
        </Loaded>
        {people.hasNextPage && (
          <div className="mt-5 border-t border-line pt-5 text-center">
            <Button busy={people.isFetchingNextPage} onClick={() => void more()}>
              Show more
            </Button>
          </div>
        )}
      </Section>
      {asking && <StepDialog {...asking} onClose={() => setAsking(null)} />}
    </Page>
  );
};
