/** A description while it is being edited, and what may be saved of it. The limits are the API's. */
import type { Description, ImageChanges } from "@/api";
import { counted } from "@/locale";

export type Draft = { alt: string; text: string; visible: string; tags: string };

/** What was typed and not yet saved, by picture: looking at another one loses nothing. */
export type Drafts = Map<string, Draft>;

export const LIMITS = { alt: 300, text: 2000, visible: 2000, tags: 20, tag: 40 } as const;

export const draftFrom = (
  description: Pick<Description, "alt_text" | "text" | "visible_text" | "tags"> | null,
): Draft => ({
  alt: description?.alt_text ?? "",
  text: description?.text ?? "",
  visible: description?.visible_text ?? "",
  tags: description?.tags.join(", ") ?? "",
});

export const isSameDraft = (a: Draft, b: Draft): boolean =>
  a.alt === b.alt && a.text === b.text && a.visible === b.visible && a.tags === b.tags;

/** Separated by commas or line ends, in lower case, each once. */
export const tagsOf = (typed: string): string[] => {
  const tags = typed.split(/[,;\n]/).map((tag) => tag.trim().replace(/\s+/g, " ").toLowerCase());
  return [...new Set(tags.filter((tag) => tag !== ""))];
};

export type DraftErrors = Partial<Record<keyof Draft, string>>;

export const errorsOf = (draft: Draft): DraftErrors => {
  const errors: DraftErrors = {};
  for (const field of ["alt", "text", "visible"] as const) {
    const over = draft[field].trim().length - LIMITS[field];
    if (over > 0) errors[field] = `Shorten this by ${counted(over, "character")}.`;
  }
  const tags = tagsOf(draft.tags);
  const long = tags.find((tag) => tag.length > LIMITS.tag);
  if (tags.length > LIMITS.tags) errors.tags = `No more than ${LIMITS.tags} keywords, please.`;
  else if (long !== undefined) errors.tags = `“${long}” is too long for a keyword.`;
  return errors;
};

export const changesFrom = (draft: Draft): ImageChanges => ({
  description: {
    alt_text: draft.alt.trim(),
    text: draft.text.trim(),
    visible_text: draft.visible.trim(),
    tags: tagsOf(draft.tags),
  },
});

const FIELDS: Record<string, keyof Draft> = {
  alt_text: "alt",
  text: "text",
  visible_text: "visible",
  tags: "tags",
};

/** The server's messages, by the field they are about (`description.tags.3` is about the tags). */
export const errorsFromServer = (fields: Readonly<Record<string, string>>): DraftErrors => {
  const errors: DraftErrors = {};
  for (const [path, message] of Object.entries(fields)) {
    const field = FIELDS[path.split(".")[1] ?? ""];
    if (field) errors[field] ??= message;
  }
  return errors;
};
