/** What an import will do, before it does anything. */
import { counted, dateFormat, formatNumber } from "@/locale";
import { Button, formatBytes, Switch } from "@/ui";

import { Figures } from "./Figures";
import type { PlanSummary } from "./plan-summary";
import type { Choices } from "./rows";
import type { Earlier } from "./takeout-import";
import { countFigures, DATES, leftFigures } from "./words";

type PlanViewProps = {
  summary: PlanSummary;
  choices: Choices;
  earlier: Earlier | null;
  /** The title of the album that everything goes into as well. */
  into: string | null;
  onChoose: (choices: Partial<Choices>) => void;
  onUndo: () => void;
};

const MAX_ALBUMS = 20;

export const PlanView = ({ summary, choices, earlier, into, onChoose, onUndo }: PlanViewProps) => {
  const { upload, albums } = summary;
  return (
    <>
      {earlier && <EarlierNotice earlier={earlier} onUndo={onUndo} />}
      {into !== null && <p className="mb-5">All of them are added to {into}, too.</p>}
      <Figures
        title="Pictures"
        figures={[
          {
            label: "To upload",
            value:
              upload.count === 0
                ? "0"
                : `${formatNumber(upload.count)}, ${formatBytes(upload.bytes)}`,
          },
          ...countFigures([
            ["Already in your library", summary.here],
            ["In Recently deleted, and left there", summary.deleted],
            ["Second copies in this export", summary.same],
          ]),
        ]}
      />
      <Figures
        title="Dates of what is uploaded"
        figures={countFigures(summary.dates.map(([source, count]) => [DATES[source], count]))}
      />
      <Figures
        title="What comes with them"
        figures={countFigures([
          ["Places", summary.places],
          ["Descriptions", summary.descriptions],
          ["Favourites", summary.favourites],
          ["Archived", summary.archived],
          ["With tags", summary.tagged],
        ])}
      />
      <Figures
        title="Albums"
        figures={albums.slice(0, MAX_ALBUMS).map(({ key, title, count, isThere }) => ({
          key,
          label: isThere ? `Into your album “${title}”` : title,
          value: formatNumber(count),
        }))}
        more={
          albums.length > MAX_ALBUMS && (
            <p className="py-1.5 text-muted">
              And {counted(albums.length - MAX_ALBUMS, "more album", "more albums")}.
            </p>
          )
        }
      />
      <Figures title="Not imported" figures={leftFigures(summary.left)} />
      <Options summary={summary} choices={choices} onChoose={onChoose} />
    </>
  );
};

type OptionsProps = Pick<PlanViewProps, "summary" | "choices" | "onChoose">;

/** Each only where it makes a difference. */
const Options = ({ summary, choices, onChoose }: OptionsProps) => {
  const left = new Set(summary.left.map(([reason]) => reason));
  const options = [
    { name: "trash", label: "Import what is in the trash, too", has: left.has("trash") },
    {
      name: "locked",
      label: "Import the locked folder, into the archive",
      has: left.has("locked"),
    },
    {
      name: "restore",
      label: "Bring back what is in Recently deleted",
      has: summary.deleted > 0,
    },
    { name: "people", label: "Tag people by their names", has: summary.withPeople > 0 },
  ] as const;
  const shown = options.filter(({ name, has }) => has || choices[name]);
  if (shown.length === 0) return null;
  return (
    <section className="mt-5">
      <h3 className="font-semibold">Options</h3>
      {shown.map(({ name, label }) => (
        <Switch
          key={name}
          label={label}
          checked={choices[name]}
          onChange={(checked) => onChoose({ [name]: checked })}
        />
      ))}
    </section>
  );
};

const day = dateFormat({ day: "numeric", month: "long", year: "numeric" });

type EarlierNoticeProps = { earlier: Earlier; onUndo: () => void };

const EarlierNotice = ({ earlier: { begun, isDone, added }, onUndo }: EarlierNoticeProps) => (
  <div className="mb-5 rounded-2xl bg-sunken p-4">
    <p>
      {isDone
        ? `You imported this on ${day.format(begun)}.`
        : `An import of this, begun on ${day.format(begun)}, was not finished. It goes on where it stopped.`}{" "}
      {added > 0 &&
        `${counted(added, "picture")} ${added === 1 ? "was" : "were"} added by it so far.`}
    </p>
    <Button className="mt-3" onClick={onUndo}>
      Undo that import
    </Button>
  </div>
);
