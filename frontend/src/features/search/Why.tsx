/** Reason of a search result: the matching words, in the text that has them. */
import type { Reason } from "@/api";

const FIELDS: Record<Reason["field"], string> = {
  title: "",
  description: "",
  alt_text: "",
  tag: "Tag: ",
  visible_text: "In the picture: ",
  caption: "Caption: ",
  place: "Place: ",
  album: "Album: ",
  name: "File: ",
  camera: "Camera: ",
  meaning: "Means nearly: ",
};

/** Where the first match is further behind than a tile has room for, so much before it stays. */
const ROOM = 24;
const BEFORE = 12;

type Part = { text: string; isMatch: boolean };

/** The snippet in parts, from shortly before the first match on. Marks count code points. */
export const partsOf = ({ snippet, marks }: Pick<Reason, "snippet" | "marks">): Part[] => {
  const letters = Array.from(snippet);
  const cut = (start: number, end?: number) => letters.slice(start, end).join("");
  const first = marks[0]?.start ?? 0;
  const space = letters.indexOf(" ", first - BEFORE);
  let at = first <= ROOM ? 0 : space !== -1 && space < first ? space + 1 : first;
  const parts: Part[] = at > 0 ? [{ text: "… ", isMatch: false }] : [];
  for (const { start, end } of marks) {
    parts.push({ text: cut(at, start), isMatch: false }, { text: cut(start, end), isMatch: true });
    at = end;
  }
  return [...parts, { text: cut(at), isMatch: false }].filter(({ text }) => text !== "");
};

export const Why = ({ why }: { why: readonly Reason[] }) => (
  <span className="line-clamp-2" title={why.map(({ snippet }) => snippet).join("\n")}>
    {why.map((reason, number) => (
      <span key={number}>
        {number > 0 && " · "}
        <span className="text-white/80">{FIELDS[reason.field]}</span>
        {partsOf(reason).map(({ text, isMatch }, place) =>
          isMatch ? (
            <mark key={place} className="rounded-xs bg-[#ffd27a] px-0.5 text-black">
              {text}
            </mark>
          ) : (
            text
          ),
        )}
      </span>
    ))}
  </span>
);
