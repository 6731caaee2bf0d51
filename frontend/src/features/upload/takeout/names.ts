/**
 * Which sidecar of a Google Takeout belongs to which picture, by their names alone. The same rules as those of
 * scripts/importer/takeout_names.py, held to the same answer key; docs/importing.md says where each was observed.
 */
import { groupBy } from "./group-by";
import { isVideoName, splitName } from "./kinds";

const SUFFIX = ".supplemental-metadata";
const JSON_SUFFIX = ".json";
/** Of the name before "(n)" and ".json". */
const MAX_SIDECAR = 46;
/** Of a media name, its extension included. */
const MAX_MEDIA = 51;
const NUMBER = /^(.*?)(\(\d+\))$/s;
const EDITED = [
  ...["-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-編集済み"],
  ...["-编辑", "-ha editado", "-editado", "-editada", "-editat", "-düzenlendi"],
];
/** "-e": a hyphen and something. */
const MIN_CLIPPED = 2;
/** What Google makes "_" in file names. */
// eslint-disable-next-line no-control-regex
const REPLACED = /[\\/:*?"<>|%&\x00-\x1f]/g;

const YEAR_FOLDER =
  /^(?:(?:Photos from|Fotos von|Fotos del?|Photos de|Foto da|Foto del|Foto's van|Foto's uit|Zdjęcia z|Fotografias de|Fotos d[ae])\s(?:19|20)\d\d|(?:19|20)\d\d\s?年(?:の写真)?)$/;
const FOLDERS: readonly (readonly [FolderKind, ReadonlySet<string>])[] = [
  [
    "trash",
    new Set([
      ...["trash", "bin", "papierkorb", "corbeille", "papelera", "cestino", "lixeira"],
      ...["prullenbak", "kosz", "reciclagem", "ゴミ箱", "回收站"],
    ]),
  ],
  [
    "locked",
    new Set(["locked folder", "gesperrter ordner", "dossier verrouillé", "carpeta privada"]),
  ],
  [
    "archive",
    new Set(["archive", "archiv", "archivo", "archivio", "arquivo", "archief", "archiwum"]),
  ],
];

export type FolderKind = "trash" | "locked" | "archive";

/** A sidecar of a picture. `isShared`: it is that of the picture that this one goes with. */
export type Match = { sidecar: string; isShared: boolean };

/** Whether a folder is one of those that Google makes for all pictures of a year. */
export const isYearFolder = (name: string): boolean => YEAR_FOLDER.test(name);

export const kindOfFolder = (name: string): FolderKind | null => {
  const folded = fold(name);
  return FOLDERS.find(([, names]) => names.has(folded))?.[0] ?? null;
};

/**
 * Finds the sidecar of each picture of one folder.
 *
 * @param media names of pictures and videos.
 * @param titles the title that each sidecar has inside, by the sidecar's name.
 */
export const matchSidecars = (
  media: readonly string[],
  titles: ReadonlyMap<string, string>,
): Map<string, Match> => {
  const sidecars: Sidecars = {
    titles,
    byFolded: new Map([...titles.keys()].map((name) => [fold(name), name])),
  };
  const matches = new Map<string, Match>();
  for (const name of media) {
    const sidecar = ownSidecar(name, sidecars);
    if (sidecar !== null) matches.set(name, { sidecar, isShared: false });
  }
  const byStem = groupBy(media, (name) => fold(splitName(name)[0]));
  for (const name of media) {
    if (matches.has(name)) continue;
    for (const partner of partners(name, byStem)) {
      const found = matches.get(partner)?.sidecar ?? ownSidecar(partner, sidecars);
      if (found === null) continue;
      matches.set(name, { sidecar: found, isShared: true });
      break;
    }
  }
  matchByTitle(media, titles, matches);
  return matches;
};

type Sidecars = { titles: ReadonlyMap<string, string>; byFolded: ReadonlyMap<string, string> };

const fold = (text: string): string => text.toLowerCase();

/** The sidecar whose name is made of this one's; of two, the one with the title. */
const ownSidecar = (name: string, { titles, byFolded }: Sidecars): string | null => {
  let first: string | null = null;
  for (const [base, number] of bases(name)) {
    for (const form of forms(base, number)) {
      const sidecar = byFolded.get(fold(form));
      if (sidecar === undefined) continue;
      if (isSameTitle(titles.get(sidecar) ?? "", base)) return sidecar;
      first ??= sidecar;
    }
  }
  return first;
};

/** What a media name may be made of: the title, and "(n)" beside it. */
function* bases(name: string): Generator<[string, string]> {
  const [stem, extension] = splitName(name);
  const numbered = NUMBER.exec(stem);
  if (numbered) yield [`${numbered[1] ?? ""}${extension}`, numbered[2] ?? ""];
  yield [name, ""];
}

const forms = (base: string, number: string): Set<string> =>
  new Set(
    [
      clip(base + SUFFIX),
      base + SUFFIX,
      clip(base),
      base,
      clipUnits(base + SUFFIX),
      clipUnits(base),
    ].map((clipped) => `${clipped}${number}${JSON_SUFFIX}`),
  );

const clip = (text: string): string => Array.from(text).slice(0, MAX_SIDECAR).join("");

/** Clips by UTF-16 units, of which an emoji has two; half of one is left out. */
const clipUnits = (text: string): string =>
  text.slice(0, MAX_SIDECAR).replace(/[\ud800-\udbff]$/, "");

/** Whether a title is that of a media name, as far as the name was not clipped or changed. */
export const isSameTitle = (title: string, name: string): boolean => {
  const made = tidy(title);
  const given = tidy(name);
  if (made === given) return true;
  return Array.from(given).length >= MAX_MEDIA && made.startsWith(splitName(given)[0]);
};

const tidy = (text: string): string => fold(text.replace(REPLACED, "_"));

/** Stem, "(n)" and extension of a name. */
const unnumbered = (name: string): [stem: string, number: string, extension: string] => {
  const [stem, extension] = splitName(name);
  const numbered = NUMBER.exec(stem);
  return numbered ? [numbered[1] ?? "", numbered[2] ?? "", extension] : [stem, "", extension];
};

/** The name of the picture that this one is the edited copy of; null: it is none. */
export const originalOfEdited = (name: string): string | null => {
  const [stem, number, extension] = unnumbered(name);
  const suffix = EDITED.find((each) => fold(stem).endsWith(each) && stem.length > each.length);
  return suffix === undefined ? null : `${stem.slice(0, -suffix.length)}${number}${extension}`;
};

const CLIPPED_EDITED = [
  ...new Set(
    EDITED.flatMap((suffix) =>
      Array.from({ length: suffix.length - MIN_CLIPPED }, (_, at) =>
        suffix.slice(0, at + MIN_CLIPPED),
      ),
    ),
  ),
].sort((one, other) => other.length - one.length);

/** What an edited copy may be of, whose suffix was clipped with the name. */
function* clippedEdited(name: string): Generator<string> {
  const [stem, number, extension] = unnumbered(name);
  if (Array.from(stem + extension).length < MAX_MEDIA - 1) return;
  for (const piece of CLIPPED_EDITED) {
    if (fold(stem).endsWith(piece)) yield `${stem.slice(0, -piece.length)}${number}${extension}`;
  }
}

/** Names of pictures whose sidecar may be this one's as well. */
function* partners(name: string, byStem: Map<string, string[]>): Generator<string> {
  const original = originalOfEdited(name);
  if (original !== null) {
    yield original;
    // "IMG-edited(1).jpg" of "IMG(1).jpg", and of a HEIC whose edit was saved as JPEG.
    yield* stills(splitName(original)[0], name, byStem);
  }
  yield* clippedEdited(name);
  const [stem, extension] = splitName(name);
  if (isVideoName(name) || extension === "") {
    yield* stills(stem, name, byStem);
    yield* stills(name, name, byStem); // PXL_8.MP of PXL_8.MP.jpg
  }
}

const stills = (stem: string, name: string, byStem: Map<string, string[]>): string[] =>
  (byStem.get(fold(stem)) ?? []).filter((other) => other !== name && !isVideoName(other));

/** Where a sidecar's name follows no rule that is known, its title and "(n)" may tell. */
const matchByTitle = (
  names: readonly string[],
  titles: ReadonlyMap<string, string>,
  matches: Map<string, Match>,
): void => {
  const taken = new Set([...matches.values()].map(({ sidecar }) => sidecar));
  const free = [...titles].filter(([sidecar, title]) => !taken.has(sidecar) && title !== "");
  const left = groupBy(free, ([sidecar, title]) => {
    const stem = sidecar.endsWith(JSON_SUFFIX) ? sidecar.slice(0, -JSON_SUFFIX.length) : sidecar;
    return `${NUMBER.exec(stem)?.[2] ?? ""} ${tidy(title)}`;
  });
  for (const name of names) {
    if (matches.has(name)) continue;
    for (const [base, number] of bases(name)) {
      const [one, ...others] = left.get(`${number} ${tidy(base)}`) ?? [];
      if (!one || others.length > 0) continue;
      matches.set(name, { sidecar: one[0], isShared: false });
      break;
    }
  }
};
