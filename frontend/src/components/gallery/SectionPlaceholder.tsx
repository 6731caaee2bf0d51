/** Placeholder of a section that is not loaded: its month and a grid of the expected height. */
import { HEADING, rowHeightFor } from "./layout-days";
import { sectionTitle, type PlacedSection } from "./layout-sections";

type SectionPlaceholderProps = { section: PlacedSection; y: number; width: number };

export const SectionPlaceholder = ({ section, y, width }: SectionPlaceholderProps) => {
  const row = rowHeightFor(width) + 4;
  const column = Math.round(row * 1.25);
  return (
    <section
      aria-label={sectionTitle(section)}
      aria-busy="true"
      className="absolute inset-x-0"
      style={{ top: y, height: section.height }}
    >
      <div className="sticky top-14 z-10 -mx-1 flex h-11 items-center bg-canvas px-1 sm:top-16">
        <h2 className="font-semibold tracking-tight whitespace-nowrap text-muted">
          {sectionTitle(section)}
        </h2>
      </div>
      <div
        aria-hidden="true"
        className="grid-placeholder absolute inset-x-0 bottom-0"
        style={{ top: HEADING, backgroundSize: `${column}px ${row}px` }}
      />
    </section>
  );
};
