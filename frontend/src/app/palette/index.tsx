/** Ctrl-K: pages, dates, tags, albums, and what can be done with what is selected, found by typing. */
import { useState } from "react";
import { flushSync } from "react-dom";

import { useAlbums, useSession, useTags } from "@/api";
import { matchingAlbums } from "@/components/albums/matching-albums";
import { jumpToDate } from "@/components/gallery/date-jumps";
import { QUICK_SEARCHES } from "@/components/search/quick-searches";
import { matchingTags } from "@/components/tags/tag-paths";
import { TagPath } from "@/components/tags/TagPath";
import { lowerCase } from "@/locale";
import {
  AlbumsIcon,
  CalendarIcon,
  CheckIcon,
  Combobox,
  CommandIcon,
  Dialog,
  SearchIcon,
  SettingsIcon,
  ShieldIcon,
  TagIcon,
  type ComboboxOption,
} from "@/ui";

import { favourites, firstPages, morePages } from "../navigation";
import { searchAddress, SEARCH } from "../search-address";
import { parseDate } from "./dates";

export { PageKeys } from "./PageKeys";

/** Of albums and of tags: typing more finds the others. */
const MAX_OF_A_KIND = 6;
const MAX_TEXT = 200;

type Command = ComboboxOption & { run: () => void };

export type PaletteProps = {
  path: string;
  onGo: (to: string, options?: { state: unknown }) => void;
  onKeys: () => void;
  onClose: () => void;
};

/** What stands above the grid for the selection; none while nothing is selected. */
const selectionButtons = (): HTMLButtonElement[] => [
  ...document.querySelectorAll<HTMLButtonElement>(
    "[role=toolbar][aria-label='Selected pictures'] button",
  ),
];

const line = (icon: React.ReactNode, text: React.ReactNode) => (
  <>
    <span className="text-muted">{icon}</span>
    <span className="min-w-0 truncate">{text}</span>
  </>
);

export const Palette = ({ path, onGo, onKeys, onClose }: PaletteProps) => {
  const [text, setText] = useState("");
  const [buttons] = useState(selectionButtons);
  const albums = useAlbums().data ?? [];
  const tags = useTags().data ?? [];
  const { user } = useSession();
  const typed = lowerCase(text.trim());
  const isMeant = (label: string) =>
    lowerCase(label)
      .split(" ")
      .some((_, at, words) => words.slice(at).join(" ").startsWith(typed));
  const go = (to: string) => () => {
    onClose();
    onGo(to);
  };

  const pages: { path: string; label: string; icon: React.ReactNode }[] = [
    ...firstPages,
    favourites,
    ...morePages,
    { path: SEARCH, label: "Search", icon: <SearchIcon /> },
    { path: "/settings", label: "Settings", icon: <SettingsIcon /> },
    ...QUICK_SEARCHES.map(({ q, label }) => ({
      path: searchAddress(q),
      label,
      icon: <SearchIcon />,
    })),
    ...(user?.is_administrator
      ? [{ path: "/admin", label: "Administration", icon: <ShieldIcon /> }]
      : []),
  ];
  const date = parseDate(text);
  const goToDate = (day: string) => () => {
    onClose();
    if (path === "/") jumpToDate(day);
    else onGo("/", { state: { gridPlace: { kind: "date", date: day } } });
  };
  const found: Command[] = [
    ...buttons
      .filter(({ title }) => isMeant(title))
      .map((button) => ({
        key: `do-${button.title}`,
        group: "With the selected pictures",
        content: line(<CheckIcon />, button.title),
        run: () => {
          // The dialog gives the focus back first, and what the button opens then has it.
          flushSync(onClose);
          button.click();
        },
      })),
    ...(date
      ? [
          {
            key: "date",
            group: "Dates",
            content: line(<CalendarIcon />, `Go to ${date.words}`),
            run: goToDate(date.date),
          },
        ]
      : []),
    ...pages
      .filter(({ label }) => isMeant(label))
      .map(({ path: to, label, icon }) => ({
        key: `page-${to}`,
        group: "Pages",
        content: line(icon, label),
        run: go(to),
      })),
    ...(isMeant("Keys")
      ? [{ key: "keys", group: "Pages", content: line(<CommandIcon />, "Keys"), run: onKeys }]
      : []),
  ];
  if (typed !== "") {
    found.push(
      ...matchingTags(tags, text)
        .slice(0, MAX_OF_A_KIND)
        .map(({ id, path: tag }) => ({
          key: `tag-${id}`,
          group: "Tags",
          content: line(<TagIcon />, <TagPath path={tag} />),
          run: go(`/tags/${id}`),
        })),
      ...matchingAlbums(albums, text)
        .slice(0, MAX_OF_A_KIND)
        .map(({ id, title }) => ({
          key: `album-${id}`,
          group: "Albums",
          content: line(<AlbumsIcon />, title),
          run: go(`/albums/${id}`),
        })),
      {
        key: "search",
        group: "Search",
        content: line(<SearchIcon />, `Search for “${text.trim()}”`),
        run: go(searchAddress(text.trim())),
      },
    );
  }
  return (
    <Dialog title="Go to" onClose={onClose} sheet>
      <Combobox
        label="Page, album, tag or date"
        isLabelHidden
        placeholder="Page, album, tag or date: june 2024"
        maxLength={MAX_TEXT}
        text={text}
        onText={setText}
        options={found}
        listLabel="What is found"
        listClassName="h-[min(24rem,50dvh)]"
        startsOnFirst
        takesFocus
        onChoose={({ run }) => run()}
      />
    </Dialog>
  );
};
