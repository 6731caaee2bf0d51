/** Header of a tag: the tags above and below it, and the number of pictures. */
import { Link } from "wouter";

import { tagView, useTags, useTimeline, type Tag } from "@/api";
import { aboveOf, depthOf, isBelow, isSamePath, nameOf } from "@/components/tags/tag-paths";
import { formatNumber, picturesInWords } from "@/locale";
import { ChevronLeftIcon } from "@/ui";

import { TagMenu } from "./TagMenu";

const crumb = "inline-flex h-10 items-center rounded-full px-2 text-muted hover:text-ink";

/** The tags above one, from the uppermost. */
const tagsAbove = (tags: readonly Tag[], path: string): Tag[] => {
  const above = aboveOf(path).slice(0, -1);
  const tag = tags.find((each) => isSamePath(each.path, above));
  return tag ? [...tagsAbove(tags, tag.path), tag] : [];
};

export const TagHeader = ({ tag }: { tag: Tag }) => {
  const all = useTags().data ?? [];
  // Of what is shown below, which is right at once when pictures are deleted.
  const count = useTimeline(tagView(tag.id)).data?.count ?? tag.count;
  const below = all.filter(
    ({ path }) => isBelow(path, tag.path) && depthOf(path) === depthOf(tag.path) + 1,
  );
  return (
    <header className="pt-1 pb-4">
      <nav aria-label="Above this tag" className="-ml-2 flex flex-wrap items-center">
        <Link href="/tags" className={`${crumb} gap-1 pl-1!`}>
          <ChevronLeftIcon />
          Tags
        </Link>
        {tagsAbove(all, tag.path).map(({ id, path }) => (
          <span key={id} className="flex min-w-0 items-center text-muted">
            /
            <Link href={`/tags/${id}`} className={crumb}>
              <span className="[overflow-wrap:anywhere]">{nameOf(path)}</span>
            </Link>
          </span>
        ))}
      </nav>
      <div className="flex items-start justify-between gap-4">
        <h1 className="min-w-0 text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">
          {nameOf(tag.path)}
        </h1>
        <TagMenu tag={tag} all={all} />
      </div>
      <p className="mt-1 text-muted">{picturesInWords(count)}</p>
      {below.length > 0 && (
        <ul aria-label="Below this tag" className="mt-3 flex flex-wrap gap-2">
          {below.map((each) => (
            <li key={each.id} className="max-w-full">
              <Link
                href={`/tags/${each.id}`}
                className="flex min-h-11 items-center gap-2 rounded-full bg-sunken px-4 py-1.5 hover:underline"
              >
                <span className="min-w-0 [overflow-wrap:anywhere]">{nameOf(each.path)}</span>
                <span className="text-sm text-muted tabular-nums">{formatNumber(each.count)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </header>
  );
};
