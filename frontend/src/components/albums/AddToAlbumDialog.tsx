/** Dialog to add pictures to an album: an existing one, found by its title, or a new one. */
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type KeyboardEvent,
  type SubmitEvent,
} from "react";

import { toProblem, useAlbums, useMakeAlbum, type Album } from "@/api";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, classNames, Dialog, FormAlert, PlusIcon, Spinner, TextField } from "@/ui";

import { AlbumCover } from "./AlbumCover";
import { albumTitled, matchingAlbums } from "./matching-albums";
import { SharedAlbumRows } from "./SharedAlbumRows";
import type { ChosenAlbum } from "./use-add-to-album";

const MAX_TITLE = 200;
/** More would be a long way to scroll; the field finds the others. */
const MAX_SHOWN = 100;

type AddToAlbumDialogProps = {
  /** Of pictures. */
  count: number;
  onChoose: (album: ChosenAlbum) => void;
  onClose: () => void;
};

const row =
  "flex w-full items-center gap-3 rounded-xl px-2 py-1.5 text-left hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2 aria-disabled:opacity-50";

const AlbumRow = ({ album, onChoose }: { album: Album; onChoose: () => void }) => (
  <li>
    <button type="button" data-row onClick={onChoose} className={row}>
      <span className="relative size-11 shrink-0 overflow-hidden rounded-lg bg-sunken">
        <AlbumCover album={album} icon="size-5" />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{album.title}</span>
        <span className="block text-sm text-muted">{picturesInWords(album.count)}</span>
      </span>
    </button>
  </li>
);

/** Up and down go through the field and the rows. */
const moveFocus = (event: KeyboardEvent<HTMLElement>): void => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, [data-row]")];
  const at = stops.findIndex((stop) => stop === document.activeElement);
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (at === -1 || !next) return;
  event.preventDefault();
  next.focus();
};

/** `found`: null while the albums are not known. */
const enterInWords = (title: string, found: readonly Album[] | null): string => {
  if (title === "") return "Write a part of its title.";
  if (!found) return "Enter waits for the list of your albums.";
  const [first] = found;
  return first ? `Enter adds to “${first.title}”.` : `Enter makes the album “${title}”.`;
};

export const AddToAlbumDialog = ({ count, onChoose, onClose }: AddToAlbumDialogProps) => {
  const albums = useAlbums();
  const make = useMakeAlbum();
  const [text, setText] = useState("");
  const [isNaming, setIsNaming] = useState(false);
  // Enter was pressed before it was known which albums there are.
  const isAwaited = useRef(false);
  const root = useRef<HTMLDivElement>(null);
  const title = text.trim();
  const found = matchingAlbums(albums.data ?? [], isNaming ? "" : text);

  // The field is another one while a new album is named.
  useEffect(() => root.current?.querySelector("input")?.focus(), [isNaming]);

  const choose = ({ id, title }: Album) => onChoose({ id, title, isNew: false });
  const makeAlbum = () => {
    if (make.isPending) return;
    make.mutate({ title }, { onSuccess: (made) => onChoose({ ...made, isNew: true }) });
  };
  const create = () => {
    if (title === "") setIsNaming(true);
    else makeAlbum();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const [first] = found;
    if (isNaming) create();
    else if (title === "") return;
    else if (!albums.data) isAwaited.current = true;
    else if (first) choose(first);
    else makeAlbum();
  };
  // Nobody saw a title that only has the words in it: that one takes another Enter.
  const answer = useEffectEvent((all: readonly Album[]) => {
    if (!isAwaited.current || isNaming || title === "") return;
    isAwaited.current = false;
    const same = albumTitled(all, title);
    if (same) choose(same);
    else if (matchingAlbums(all, title).length === 0) makeAlbum();
  });
  useEffect(() => {
    if (albums.data) answer(albums.data);
  }, [albums.data]);
  const whatEnterDoes = enterInWords(title, albums.data ? found : null);
  const field = {
    value: text,
    maxLength: MAX_TITLE,
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => {
      isAwaited.current = false;
      setText(event.target.value);
    },
  };

  return (
    <Dialog
      title={isNaming ? "New album" : `Add ${picturesInWords(count)} to an album`}
      onClose={onClose}
      sheet
    >
      {/* The keys are those of the field and the buttons inside. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={root} onKeyDown={moveFocus}>
        <form onSubmit={submit} className="space-y-3">
          <FormAlert>{make.error ? toProblem(make.error).detail : undefined}</FormAlert>
          {isNaming ? (
            <>
              <TextField key="title" label="Title" required {...field} />
              <div className="flex flex-wrap justify-end gap-3 pt-2">
                <Button onClick={() => setIsNaming(false)}>Back</Button>
                <Button look="primary" type="submit" busy={make.isPending}>
                  Create and add
                </Button>
              </div>
            </>
          ) : (
            <TextField
              key="search"
              label="Find an album, or name a new one"
              hint={<span className="block truncate">{whatEnterDoes}</span>}
              {...field}
            />
          )}
        </form>
        {!isNaming && (
          <div className="-mx-2 mt-3 h-[min(22rem,42dvh)] overflow-y-auto overscroll-contain">
            <button
              type="button"
              data-row
              aria-disabled={make.isPending || undefined}
              onClick={create}
              className={row}
            >
              <span className="flex size-11 shrink-0 items-center justify-center rounded-lg bg-accent-soft text-accent">
                {make.isPending ? <Spinner className="size-5" /> : <PlusIcon />}
              </span>
              <span className="min-w-0 truncate font-medium">
                {title === "" ? "New album …" : `New album “${title}”`}
              </span>
            </button>
            {albums.isPending && (
              <p role="status" className="flex items-center gap-3 px-2 py-3 text-muted">
                <Spinner className="size-5" /> Loading your albums
              </p>
            )}
            {albums.isError && !albums.data && (
              <p role="alert" className="px-2 py-3 text-danger">
                {toProblem(albums.error).detail}
              </p>
            )}
            <ul aria-label="Albums" className={classNames(found.length === 0 && "hidden")}>
              {found.slice(0, MAX_SHOWN).map((album) => (
                <AlbumRow key={album.id} album={album} onChoose={() => choose(album)} />
              ))}
            </ul>
            <SharedAlbumRows
              text={text}
              className={row}
              onChoose={({ id, title: called, shows }) =>
                onChoose({ id, title: called, isNew: false, shows })
              }
            />
            {found.length > MAX_SHOWN && (
              <p className="px-2 py-2 text-sm text-muted">
                And {formatNumber(found.length - MAX_SHOWN)} others: type a part of the title.
              </p>
            )}
          </div>
        )}
      </div>
    </Dialog>
  );
};
