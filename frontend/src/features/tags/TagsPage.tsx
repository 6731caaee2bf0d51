/** All tags as a tree, each with how many pictures have it. */
import { useMemo, useState } from "react";
import { Link } from "wouter";

import { toProblem, useTags, type Tag } from "@/api";
import { nameOf } from "@/components/tags/tag-paths";
import { counted, formatNumber } from "@/locale";
import {
  Button,
  buttonClass,
  ChevronRightIcon,
  classNames,
  EmptyState,
  ErrorState,
  TagIcon,
  usePageTitle,
  VisuallyHidden,
} from "@/ui";

import { treeOf, type TagNode } from "./tag-tree";

/** With more, only the uppermost are open when the page is first shown. */
const MAX_OPEN = 100;

/** Which were opened, or closed where they began open, while the page is loaded: to come back to it. */
const kept = {
  turned: new Set<string>() as ReadonlySet<string>,
  areClosed: null as boolean | null,
};

const Skeleton = () => (
  <div role="status" className="max-w-2xl animate-breathe space-y-3 pt-2">
    <VisuallyHidden>Loading your tags</VisuallyHidden>
    {Array.from({ length: 6 }, (_, index) => (
      <div key={index} aria-hidden="true" className="h-8 rounded-xl bg-sunken" />
    ))}
  </div>
);

const Empty = () => (
  <EmptyState
    picture={<TagIcon className="size-14 text-muted" />}
    title="No tags yet"
    actions={
      <Link href="/" className={buttonClass("primary")}>
        To your pictures
      </Link>
    }
  >
    <p>
      Tags are your own words for pictures: people, places, what is in them. Select pictures, or
      open one, and press T or “Tags”. A / puts a tag below another: family/Oma.
    </p>
  </EmptyState>
);

type RowsProps = {
  nodes: readonly TagNode[];
  isOpen: (tag: Tag) => boolean;
  onTurn: (tag: Tag) => void;
  label?: string;
};

const Rows = ({ nodes, isOpen, onTurn, label }: RowsProps) => (
  <ul
    aria-label={label}
    className={classNames(label === undefined && "pl-5 sm:pl-7", label !== undefined && "-ml-3")}
  >
    {nodes.map(({ tag, below }) => (
      <li key={tag.id}>
        <div className="flex items-center [contain-intrinsic-size:auto_2.75rem] [content-visibility:auto]">
          {below.length > 0 ? (
            <button
              type="button"
              aria-expanded={isOpen(tag)}
              aria-label={`Tags below ${tag.path}`}
              onClick={() => onTurn(tag)}
              className="flex size-11 shrink-0 items-center justify-center rounded-full text-muted hover:bg-hover focus-visible:-outline-offset-4"
            >
              <ChevronRightIcon
                className={classNames("size-4 transition-transform", isOpen(tag) && "rotate-90")}
              />
            </button>
          ) : (
            <span className="size-11 shrink-0" />
          )}
          <Link
            href={`/tags/${tag.id}`}
            className="flex min-h-11 min-w-0 grow items-center gap-3 rounded-xl px-2 hover:bg-hover focus-visible:-outline-offset-2"
          >
            <span className="min-w-0 grow [overflow-wrap:anywhere]">{nameOf(tag.path)}</span>
            <span className="text-sm text-muted tabular-nums">
              {formatNumber(tag.count)}
              <VisuallyHidden>{tag.count === 1 ? "picture" : "pictures"}</VisuallyHidden>
            </span>
          </Link>
        </div>
        {below.length > 0 && isOpen(tag) && <Rows nodes={below} isOpen={isOpen} onTurn={onTurn} />}
      </li>
    ))}
  </ul>
);

const Tree = ({ tags }: { tags: readonly Tag[] }) => {
  const tree = useMemo(() => treeOf(tags), [tags]);
  const [turned, setTurned] = useState(kept.turned);
  const [areClosed, setAreClosed] = useState(kept.areClosed ?? tags.length > MAX_OPEN);
  const turn = ({ id }: Tag) => {
    const next = new Set(turned);
    if (!next.delete(id)) next.add(id);
    kept.turned = next;
    setTurned(next);
  };
  const turnAll = () => {
    kept.turned = new Set();
    kept.areClosed = !areClosed;
    setTurned(kept.turned);
    setAreClosed(!areClosed);
  };
  return (
    <>
      <div className="-mr-2 flex min-h-11 flex-wrap items-center justify-between gap-x-4">
        <p className="text-muted">{counted(tags.length, "tag")}</p>
        {tree.some(({ below }) => below.length > 0) && (
          <Button look="quiet" onClick={turnAll}>
            {areClosed ? "Open all" : "Close all"}
          </Button>
        )}
      </div>
      <Rows
        label="Your tags"
        nodes={tree}
        isOpen={({ id }) => turned.has(id) === areClosed}
        onTurn={turn}
      />
    </>
  );
};

const List = () => {
  const tags = useTags();
  if (tags.isPending) return <Skeleton />;
  if (!tags.data) {
    return (
      <ErrorState
        title="Your tags could not be loaded"
        detail={toProblem(tags.error).detail}
        onRetry={() => void tags.refetch()}
        busy={tags.isFetching}
      />
    );
  }
  return tags.data.length === 0 ? <Empty /> : <Tree tags={tags.data} />;
};

export const TagsPage = () => {
  usePageTitle("Tags");
  return (
    <div className="mx-auto max-w-2xl">
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Tags</h1>
      <List />
    </div>
  );
};
