/** One line of what a search may go on with. */
import type { ReactNode } from "react";

import type { Suggestion } from "@/api";
import { formatNumber } from "@/locale";
import {
  AlbumsIcon,
  CalendarIcon,
  CameraIcon,
  classNames,
  icon,
  PicturesIcon,
  SearchIcon,
  TagIcon,
} from "@/ui";

const HistoryIcon = icon(<path d="M4 5v5h5M4.5 10A8 8 0 1 1 4 13M12 8v4.5l3 2" />);
// Not the one of the dialog of places: it comes with much else.
const PinIcon = icon(
  <path d="M12 21c-4.2-4.6-6.5-8-6.5-11a6.5 6.5 0 0 1 13 0c0 3-2.3 6.4-6.5 11Zm0-9v-4" />,
);

export type Option = {
  /** The query that it stands for. */
  q: string;
  /** "recent": it was searched for before. */
  kind: Suggestion["kind"] | "recent";
  label: string;
  detail: string;
  count: number | null;
};

const KINDS: Record<Option["kind"], { icon: ReactNode; name: string }> = {
  recent: { icon: <HistoryIcon />, name: "" },
  type: { icon: <PicturesIcon />, name: "" },
  date: { icon: <CalendarIcon />, name: "" },
  tag: { icon: <TagIcon />, name: "Tag" },
  album: { icon: <AlbumsIcon />, name: "Album" },
  place: { icon: <PinIcon />, name: "Place" },
  camera: { icon: <CameraIcon />, name: "" },
  lens: { icon: <CameraIcon />, name: "" },
  word: { icon: <SearchIcon />, name: "" },
};

type SuggestionRowProps = {
  id: string;
  option: Option;
  isMarked: boolean;
  onChoose: (option: Option) => void;
};

export const SuggestionRow = ({ id, option, isMarked, onChoose }: SuggestionRowProps) => {
  const { icon: drawing, name } = KINDS[option.kind];
  const detail = option.detail || name;
  return (
    // The keys are those of the field.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isMarked}
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(option)}
      className={classNames(
        "flex min-h-11 cursor-default items-center gap-3 rounded-xl px-3 py-1.5 hover:bg-hover",
        isMarked && "bg-sunken",
      )}
    >
      <span className="text-muted">{drawing}</span>
      <span className="min-w-0 grow truncate">{option.label}</span>
      {detail !== "" && <span className="max-w-[45%] truncate text-sm text-muted">{detail}</span>}
      {option.count !== null && (
        <span className="text-sm text-muted tabular-nums">{formatNumber(option.count)}</span>
      )}
    </div>
  );
};
