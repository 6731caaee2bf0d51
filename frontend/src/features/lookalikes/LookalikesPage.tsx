/** Copies of pictures that were edited a little: group by group, which one to keep. */
import { useEffect, useRef, useState } from "react";

import {
  toProblem,
  useDecide,
  useLookalikes,
  useUndoDecision,
  type Decision,
  type LookalikeGroup,
} from "@/api";
import { picturesInWords } from "@/locale";
import {
  Button,
  EmptyState,
  ErrorState,
  PicturesIcon,
  Spinner,
  usePageTitle,
  useToast,
} from "@/ui";

import { GroupForm } from "./GroupForm";

const Waiting = ({ count }: { count: number }) => (
  <p role="status" className="flex items-center gap-3 pb-2 text-muted">
    <Spinner className="size-4" />
    Still looking through {picturesInWords(count)}.
  </p>
);

const Nothing = ({ isLooking }: { isLooking: boolean }) => (
  <EmptyState
    picture={<PicturesIcon className="size-14 text-muted" />}
    title={isLooking ? "Nothing found yet" : "No look-alikes"}
  >
    <p>
      Copies of a picture that were saved anew, scaled, cropped a little or brightened are shown
      here. Identical files are one picture already.
    </p>
  </EmptyState>
);

const useDecisions = () => {
  const decide = useDecide();
  const undo = useUndoDecision();
  const toast = useToast();
  const showError = (error: unknown) =>
    toast.show({ tone: "error", message: toProblem(error).detail });
  const onDecide = async (decision: Decision, message: string): Promise<void> => {
    try {
      const { undo: body } = await decide.mutateAsync(decision);
      toast.show({
        message,
        ...(body && {
          action: { label: "Undo", onAction: () => undo.mutate(body, { onError: showError }) },
        }),
      });
    } catch (error) {
      showError(error);
    }
  };
  return { onDecide, busyGroup: decide.isPending ? decide.variables.groupId : null };
};

export const LookalikesPage = () => {
  usePageTitle("Look-alikes");
  const query = useLookalikes();
  const { onDecide, busyGroup } = useDecisions();
  const list = useRef<HTMLDivElement>(null);
  const [next, setNext] = useState<string | null>(null);
  const pages = query.data?.pages ?? [];
  const groups = pages.flatMap((page) => page.groups);
  const waiting = pages[0]?.waiting ?? 0;

  // Who decides by keys goes on with the next group.
  useEffect(() => {
    if (next === null) return;
    list.current?.querySelector<HTMLInputElement>(`[name="${CSS.escape(next)}"]:checked`)?.focus();
  }, [next]);

  const after = (group: LookalikeGroup): string | null => {
    const at = groups.indexOf(group);
    return (groups[at + 1] ?? groups[at - 1])?.id ?? null;
  };
  const onDone = (group: LookalikeGroup, decision: Decision, message: string) => {
    const following = after(group);
    void onDecide(decision, message).then(() => setNext(following));
  };

  return (
    <div className="mx-auto max-w-7xl">
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Look-alikes</h1>
      {groups.length > 0 && (
        <p className="max-w-prose pb-2 text-muted">
          The picture you keep gets the albums, tags, favourite mark, title and description of the
          others. The others move to Recently deleted. Differences are bold.
          <span className="pointer-coarse:hidden">
            {" "}
            Keys: arrows or numbers choose, Enter keeps, x marks them as not alike.
          </span>
        </p>
      )}
      {waiting > 0 && <Waiting count={waiting} />}
      {query.isPending && (
        <div className="flex justify-center py-24 text-muted">
          <Spinner />
        </div>
      )}
      {query.isError && groups.length === 0 && (
        <ErrorState
          title="Look-alikes could not be loaded"
          detail={toProblem(query.error).detail}
          onRetry={() => void query.refetch()}
          busy={query.isFetching}
        />
      )}
      {query.isSuccess && groups.length === 0 && !query.hasNextPage && (
        <Nothing isLooking={waiting > 0} />
      )}
      <div ref={list}>
        {groups.map((group) => (
          <GroupForm
            key={group.id}
            group={group}
            isBusy={busyGroup === group.id}
            onKeep={(keep, others) =>
              onDone(
                group,
                { groupId: group.id, keep, delete: others },
                `1 kept, ${picturesInWords(others.length)} moved to Recently deleted`,
              )
            }
            onDismiss={() =>
              onDone(
                group,
                { groupId: group.id, dismiss: group.images.map(({ id }) => id) },
                "They are not shown together again",
              )
            }
          />
        ))}
      </div>
      {query.hasNextPage && (
        <div className="flex justify-center py-6">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
};
