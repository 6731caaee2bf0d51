/** Differences between two texts, word by word. */
export type Piece = { kind: "same" | "added" | "removed"; text: string };

/** Texts are of 2,000 characters at most; longer ones are not compared. */
const MAX_WORDS = 1200;

const wordsOf = (text: string): string[] => text.match(/\s+|[^\s]+/gu) ?? [];

/** Lengths of the longest common sequences of the ends of both, from each place on. */
const commonLengths = (before: readonly string[], after: readonly string[]): Uint16Array[] => {
  const rows = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = rows[i] as Uint16Array;
      const below = rows[i + 1] as Uint16Array;
      row[j] =
        before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
};

/** The pieces of both texts in their order; neighbours of one kind are one piece. */
export const diffWords = (before: string, after: string): Piece[] => {
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], text: string) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== "") pieces.push({ kind, text });
  };
  const [old, fresh] = [wordsOf(before), wordsOf(after)];
  if (old.length > MAX_WORDS || fresh.length > MAX_WORDS) {
    add("removed", before);
    add("added", after);
    return pieces;
  }
  const lengths = commonLengths(old, fresh);
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const [was, is] = [old[i], fresh[j]];
    if (was !== undefined && was === is) {
      add("same", was);
      i += 1;
      j += 1;
    } else if (was !== undefined && (lengths[i + 1]?.[j] ?? -1) >= (lengths[i]?.[j + 1] ?? 0)) {
      add("removed", was);
      i += 1;
    } else if (is !== undefined) {
      add("added", is);
      j += 1;
    } else if (was !== undefined) {
      add("removed", was);
      i += 1;
    }
  }
  return pieces;
};
