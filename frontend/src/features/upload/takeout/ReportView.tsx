/** What became of an import. */
import { counted } from "@/locale";
import { FormAlert } from "@/ui";

import { Figures } from "./Figures";
import type { Report } from "./takeout-import";
import { countFigures, leftFigures } from "./words";

const MAX_LINES = 10;

export const ReportView = ({ report }: { report: Report }) => (
  <>
    <FormAlert>{report.endedBy}</FormAlert>
    <Figures
      title="Pictures"
      figures={[
        { label: "Added to your library", value: counted(report.added, "picture") },
        ...countFigures([
          ["Already in your library", report.already],
          ["Albums", report.albums],
          ["Not uploaded", report.failed.length],
          ["Cancelled", report.cancelled],
        ]),
      ]}
    />
    <Lines
      title="Not uploaded"
      lines={report.failed.map(({ name, reason }) => `${name}: ${reason}`)}
    />
    <Lines title="Could not be changed" lines={report.problems} />
    <Figures title="Not imported" figures={leftFigures(report.left)} />
  </>
);

const Lines = ({ title, lines }: { title: string; lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <section className="mt-5">
      <h3 className="font-semibold">{title}</h3>
      <ul className="mt-1 space-y-1 text-sm text-muted">
        {lines.slice(0, MAX_LINES).map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
      {lines.length > MAX_LINES && (
        <p className="mt-1 text-sm text-muted">
          And {counted(lines.length - MAX_LINES, "more", "more")}.
        </p>
      )}
    </section>
  );
