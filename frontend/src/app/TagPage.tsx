/** A tag's page: what it is, and a timeline of the pictures that have it or a tag below it. */
import { tagView, toProblem, useTag } from "@/api";
import { EmptyTag, TagActions, TagContext, TagHeader } from "@/features/tags";
import { Timeline } from "@/features/timeline";
import { ErrorState, GridSkeleton, usePageTitle } from "@/ui";

import { NotFound } from "./NotFound";

type TagPageProps = { id: string; openId: string | null; onOpen: (id: string) => void };

const TagPage = ({ id, openId, onOpen }: TagPageProps) => {
  const { data: tag, error, isFetching, refetch } = useTag(id);
  usePageTitle(tag?.path ?? "Tag");
  if (error) {
    const { status, detail } = toProblem(error);
    if (status === 404) return <NotFound />;
    if (!tag) {
      return (
        <ErrorState
          title="The tag could not be loaded"
          detail={detail}
          onRetry={() => void refetch()}
          busy={isFetching}
        />
      );
    }
  }
  if (!tag) return <GridSkeleton />;
  return (
    <div key={id} className="timeline-page sm:pr-6">
      <TagContext value={tag}>
        <TagHeader tag={tag} />
        <Timeline
          view={tagView(id)}
          look={{
            label: "Pictures with the tag, newest first",
            failedTitle: "The pictures with the tag could not be loaded",
            empty: <EmptyTag />,
            Actions: TagActions,
          }}
          path={`/tags/${id}`}
          openId={openId}
          onOpen={onOpen}
        />
      </TagContext>
    </div>
  );
};

export default TagPage;
