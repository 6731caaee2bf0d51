/** What guests sent by links: look, accept, decline, and take it back. */
import { useState } from "react";

import {
  useDecideOnGuests,
  useSentByGuests,
  type GuestDecision,
  type ReviewStage,
  type SentByGuest,
} from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, BrokenPictureIcon, Spinner, useToast } from "@/ui";

const DONE = { accept: "accepted", decline: "declined", wait: "waiting again" } as const;

const useDecisions = () => {
  const decide = useDecideOnGuests();
  const toast = useToast();
  const run = (body: GuestDecision) =>
    decide.mutate(body, {
      onSuccess: (changed) => {
        const words = `${picturesInWords(changed.length)} ${DONE[body.decision]}`;
        if (body.decision === "wait" || changed.length === 0) toast.show({ message: words });
        else
          toast.show({
            message: words,
            action: { label: "Undo", onAction: () => undo(changed) },
          });
      },
      onError: (error) => toast.show({ message: error.message, tone: "error" }),
    });
  const undo = (ids: readonly string[]) => {
    for (let at = 0; at < ids.length; at += MAX_DECIDED) {
      run({ decision: "wait", ids: ids.slice(at, at + MAX_DECIDED), all_waiting: false });
    }
  };
  return { run, isBusy: decide.isPending };
};

const MAX_DECIDED = 500;

type TileProps = {
  sent: SentByGuest;
  stage: ReviewStage;
  isBusy: boolean;
  onDecide: (decision: GuestDecision["decision"]) => void;
};

const Tile = ({ sent, stage, isBusy, onDecide }: TileProps) => {
  const { image, added_by: by, album_title: album } = sent;
  const name = by === "" ? image.name : `${image.name} by ${by}`;
  return (
    <li className="flex flex-col overflow-hidden rounded-xl border border-line bg-surface">
      <a
        href={image.preview_url ?? undefined}
        target="_blank"
        rel="noreferrer"
        className="flex aspect-square items-center justify-center bg-sunken text-muted"
        aria-label={`Look at ${name}`}
      >
        {image.thumbnail_url !== null ? (
          <img
            src={image.thumbnail_url}
            alt=""
            loading="lazy"
            decoding="async"
            className="size-full object-cover"
          />
        ) : image.state === "processing" ? (
          <Spinner />
        ) : (
          <BrokenPictureIcon />
        )}
      </a>
      <div className="min-w-0 px-3 pt-2 text-sm">
        <p className="truncate font-medium">{by === "" ? "No name given" : `Added by ${by}`}</p>
        <p className="truncate text-muted">{album ?? "Album deleted"}</p>
      </div>
      <div className="flex gap-1 p-1.5">
        <Button
          look="quiet"
          className="flex-1 px-2!"
          disabled={isBusy}
          aria-label={`Accept ${name}`}
          onClick={() => onDecide("accept")}
        >
          Accept
        </Button>
        {stage === "waiting" && (
          <Button
            look="quiet"
            className="flex-1 px-2!"
            disabled={isBusy}
            aria-label={`Decline ${name}`}
            onClick={() => onDecide("decline")}
          >
            Decline
          </Button>
        )}
      </div>
    </li>
  );
};

const Stage = ({ stage }: { stage: Exclude<ReviewStage, "accepted"> }) => {
  const sent = useSentByGuests(stage);
  const { run, isBusy } = useDecisions();
  return (
    <QueryBoundary query={sent} what="what guests sent">
      {({ pages }) => {
        const all = pages.flatMap((page) => page.images);
        const waiting = pages[0]?.waiting ?? 0;
        if (all.length === 0) {
          return (
            <p className="text-muted">
              {stage === "waiting" ? "Nothing waits for you." : "Nothing was declined lately."}
            </p>
          );
        }
        return (
          <>
            {stage === "waiting" && (
              <div className="mb-4 flex flex-wrap items-center gap-2">
                <p className="mr-auto font-medium">
                  {picturesInWords(waiting)} {waiting === 1 ? "waits" : "wait"} for you
                </p>
                <Button
                  look="primary"
                  disabled={isBusy}
                  onClick={() => run({ decision: "accept", all_waiting: true })}
                >
                  Accept all
                </Button>
                <Button
                  disabled={isBusy}
                  onClick={() => run({ decision: "decline", all_waiting: true })}
                >
                  Decline all
                </Button>
              </div>
            )}
            <ul
              aria-label={stage === "waiting" ? "Pictures that wait for you" : "Declined pictures"}
              className="grid grid-cols-2 gap-3 sm:grid-cols-3 md:grid-cols-4"
            >
              {all.map((each) => (
                <Tile
                  key={each.id}
                  sent={each}
                  stage={stage}
                  isBusy={isBusy}
                  onDecide={(decision) => run({ decision, ids: [each.id], all_waiting: false })}
                />
              ))}
            </ul>
            {sent.hasNextPage && (
              <Button
                className="mt-4"
                busy={sent.isFetchingNextPage}
                onClick={() => void sent.fetchNextPage()}
              >
                Show more
              </Button>
            )}
          </>
        );
      }}
    </QueryBoundary>
  );
};

/** Nothing is drawn where no link is for guests, and none ever sent anything. */
export const GuestReview = ({ isCollecting }: { isCollecting: boolean }) => {
  const [stage, setStage] = useState<"waiting" | "declined">("waiting");
  const waiting = useSentByGuests("waiting").data?.pages[0]?.waiting ?? 0;
  // What guests have sent stays when their link has ended.
  if (!isCollecting && waiting === 0 && stage === "waiting") return null;
  return (
    <Section
      title={waiting > 0 ? `Sent by guests (${formatNumber(waiting)})` : "Sent by guests"}
      aside={
        <Button
          look="quiet"
          aria-pressed={stage === "declined"}
          onClick={() => setStage(stage === "waiting" ? "declined" : "waiting")}
        >
          {stage === "waiting" ? "Show declined" : "Show waiting"}
        </Button>
      }
    >
      {stage === "declined" && (
        <p className="mb-4 text-muted">
          What you declined is in Recently deleted, and goes 30 days after that.
        </p>
      )}
      <Stage key={stage} stage={stage} />
    </Section>
  );
};
