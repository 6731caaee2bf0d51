/** A description as it stands, and who wrote it. */
import type { Description } from "@/api";
import { PersonIcon, SparkleIcon } from "@/ui";

export const DescriptionText = ({ description }: { description: Description }) => {
  const { visible_text, tags } = description;
  const alt_text = unmarked(description.alt_text, description);
  const text = unmarked(description.text, description);
  return (
    <>
      <Source description={description} />
      {alt_text !== "" && <p className="font-medium">{alt_text}</p>}
      {text !== "" && <p className="whitespace-pre-line text-muted">{text}</p>}
      {visible_text !== "" && (
        <div>
          <h3 className="text-sm text-muted">Text in the picture</h3>
          <blockquote className="mt-1 rounded-xl bg-sunken px-3.5 py-2.5 text-sm whitespace-pre-line">
            {visible_text}
          </blockquote>
        </div>
      )}
      {tags.length > 0 && (
        <ul aria-label="Keywords" className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag} className="rounded-full bg-sunken px-3 py-1 text-sm">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

/** Without the stand-in model's "Demo description: ", which the mark above the words says already. */
const unmarked = (words: string, { source, demo }: Description): string => {
  if (!demo || source !== "model") return words;
  const bare = words.replace(/^demo description:\s*/i, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
};

const sourceOf = ({ source, demo, model }: Description): string => {
  if (source === "person") return "Written by you";
  if (demo) return "Demo description";
  return model === null ? "Written by AI" : `Written by AI (${model})`;
};

const Source = ({ description }: { description: Description }) => (
  <p className="flex w-fit items-center gap-1.5 rounded-full bg-accent-soft py-1 pr-3 pl-2.5 text-sm font-medium text-accent">
    {description.source === "person" ? (
      <PersonIcon className="size-4" />
    ) : (
      <SparkleIcon className="size-4" />
    )}
    {sourceOf(description)}
  </p>
);
