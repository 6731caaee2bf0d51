/** Everybody who has an account here. */
import { useState } from "react";

import { usePeople, useSession, type Person } from "@/api";
import { useShowError } from "@/components/settings/error-message";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";
import { Button } from "@/ui";

import { ConfirmActionDialog } from "./ConfirmActionDialog";
import { UserRow, type Step } from "./UserRow";

export const UsersPage = () => {
  const people = usePeople();
  const { user } = useSession();
  const complain = useShowError();
  const [asking, setAsking] = useState<{ person: Person; step: Step } | null>(null);

  const more = async () => {
    const { error } = await people.fetchNextPage();
    if (error) complain(error);
  };

  return (
    <Page title="People" lead="Accounts and storage. Administrators cannot see pictures.">
      <Section title="Accounts">
        <QueryBoundary query={people} what="people" rows={4}>
          {(all) => (
            <Rows label="People" empty="Nobody has an account.">
              {all.map((person) => (
                <UserRow
                  key={person.id}
                  person={person}
                  isSelf={person.id === user?.id}
                  onStep={(step) => setAsking({ person, step })}
                />
              ))}
            </Rows>
          )}
        </QueryBoundary>
        {people.hasNextPage && (
          <div className="mt-5 border-t border-line pt-5 text-center">
            <Button busy={people.isFetchingNextPage} onClick={() => void more()}>
              Show more
            </Button>
          </div>
        )}
      </Section>
      {asking && <ConfirmActionDialog {...asking} onClose={() => setAsking(null)} />}
    </Page>
  );
};
