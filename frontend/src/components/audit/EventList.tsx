/** Entries of the audit log, newest first, page by page. */
import { useSession, type Session, type SiteEvent } from "@/api";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { HistoryIcon } from "@/components/settings/icons";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Button, WarningIcon } from "@/ui";

import { eventLabel, isTrouble } from "./event-labels";

/** A person's own events do not say whose they are. */
type ShownEvent = Omit<SiteEvent, "email" | "actor_email"> &
  Partial<Pick<SiteEvent, "email" | "actor_email">>;

type EventPages = {
  data: readonly ShownEvent[] | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<{ error: Error | null }>;
};

const byWhom = ({ by_administrator, actor_email }: ShownEvent): string => {
  if (!by_administrator) return "";
  return actor_email ? ` · by ${actor_email}` : " · by an administrator";
};

type Provider = Session["sign_in"]["providers"][number];

/** The record knows providers by their names in the settings; people know them by their labels. */
const withLabel = (detail: ShownEvent["detail"], providers: readonly Provider[]) => {
  const known = providers.find(({ name }) => name === detail["provider"]);
  return known ? { ...detail, provider: known.label } : detail;
};

const EventRow = ({ event }: { event: ShownEvent }) => {
  const { providers } = useSession().sign_in;
  const where = [event.device, event.place, event.ip].filter((part) => part !== "").join(" · ");
  return (
    <Row
      icon={
        isTrouble(event.event) ? <WarningIcon className="size-5 text-danger" /> : <HistoryIcon />
      }
      title={eventLabel(event.event, withLabel(event.detail, providers))}
    >
      {event.email !== undefined && (
        <p className="text-ink">{event.email ?? "No account, or a deleted one"}</p>
      )}
      <p>
        <DateTime at={event.at} />
        {byWhom(event)}
      </p>
      {where !== "" && <p>{where}</p>}
    </Row>
  );
};

export const EventList = ({ pages, label }: { pages: EventPages; label: string }) => {
  const complain = useShowError();
  const more = async () => {
    const { error } = await pages.fetchNextPage();
    if (error) complain(error);
  };
  return (
    <QueryBoundary query={pages} what="the activity" rows={6}>
      {(events) => (
        <>
          <Rows label={label} empty="Nothing has happened yet.">
            {events.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </Rows>
          {pages.hasNextPage && (
            <div className="mt-5 border-t border-line pt-5 text-center">
              <Button busy={pages.isFetchingNextPage} onClick={() => void more()}>
                Show older
              </Button>
            </div>
          )}
        </>
      )}
    </QueryBoundary>
  );
};
