/** The tags that its person gave the picture, as links to their pages,, and the way to change them. */
import { Link } from "wouter";

import type { ImageDetail } from "@/api";
import { TagPath } from "@/components/tags/TagPath";
import { Button, TagIcon } from "@/ui";

type TagsSectionProps = { tags: ImageDetail["tags"]; onEdit: () => void };

export const TagsSection = ({ tags, onEdit }: TagsSectionProps) => (
  <section>
    <h3 className="text-sm text-muted">Tags</h3>
    {tags.length > 0 && (
      <ul aria-label="Tags" className="mt-2 mb-1 flex flex-wrap gap-2">
        {tags.map(({ id, path }) => (
          <li key={id} className="max-w-full">
            <Link
              href={`/tags/${id}`}
              className="flex min-h-10 items-center rounded-full bg-sunken px-3.5 py-1.5 pointer-coarse:min-h-11 hover:underline"
            >
              <TagPath path={path} />
            </Link>
          </li>
        ))}
      </ul>
    )}
    <Button look="quiet" icon={<TagIcon />} onClick={onEdit} className="-ml-4.5">
      {tags.length > 0 ? "Change tags" : "Add tags"}
    </Button>
  </section>
);
