/** Everything that others can reach, by links and as people of the site, with the end of each, and of all. */
import { useState } from "react";

import { useShares, type MadeShare, type Share } from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { TheLink } from "@/components/sharing/TheLink";
import { Button, usePageTitle } from "@/ui";

import { EndAll, EndShare, RenewShare } from "./confirm-dialogs";
import { EditShareDialog } from "./EditShareDialog";
import { GuestReview } from "./GuestReview";
import { LibraryShared } from "./LibraryShared";
import { PeopleShared } from "./PeopleShared";
import { ShareRow, type Doing } from "./ShareRow";

type Chosen = { share: Share; doing: Doing };

export const SharedLinksPage = () => {
  const shares = useShares();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [made, setMade] = useState<MadeShare | null>(null);
  const [isEndingAll, setEndingAll] = useState(false);
  const close = () => setChosen(null);
  const count = shares.data?.shares.length ?? 0;
  usePageTitle("Shared links");
  return (
    <div className="mx-auto max-w-3xl md:pt-4">
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Shared links</h1>
      <p className="mb-5 max-w-prose text-muted">
        All links and albums that you share, and how often they were opened. To share more, open an
        album or select pictures, and press “Share”.
      </p>
      <Section
        title="What is shared"
        aside={
          count > 0 && (
            <Button look="danger" onClick={() => setEndingAll(true)}>
              End all
            </Button>
          )
        }
      >
        <QueryBoundary query={shares} what="your links">
          {({ shares: all, allowed }) => (
            <>
              {!allowed && (
                <p className="mb-4">The administrator has disabled share links. No link works.</p>
              )}
              <Rows label="Share links" empty="Nothing is shared by links.">
                {all.map((share) => (
                  <ShareRow
                    key={share.id}
                    share={share}
                    onDo={(doing) => setChosen({ share, doing })}
                  />
                ))}
              </Rows>
            </>
          )}
        </QueryBoundary>
      </Section>
      <div className="mt-6 empty:hidden">
        <GuestReview
          isCollecting={shares.data?.shares.some(({ collect }) => collect !== null) === true}
        />
      </div>
      <div className="mt-6">
        <PeopleShared />
      </div>
      <div className="mt-6">
        <LibraryShared />
      </div>
      {chosen?.doing === "edit" && <EditShareDialog share={chosen.share} onClose={close} />}
      {chosen?.doing === "end" && <EndShare share={chosen.share} onClose={close} />}
      {chosen?.doing === "renew" && (
        <RenewShare
          share={chosen.share}
          onMade={(share) => {
            close();
            setMade(share);
          }}
          onClose={close}
        />
      )}
      {made && <TheLink heading="The new address" share={made} onClose={() => setMade(null)} />}
      {isEndingAll && <EndAll count={count} onClose={() => setEndingAll(false)} />}
    </div>
  );
};
