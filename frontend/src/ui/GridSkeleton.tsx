/** The shape of a timeline while the first page is on its way. */
import { VisuallyHidden } from "./VisuallyHidden";

const SHAPES = ["w-44", "w-60", "w-32", "w-52", "w-40", "w-64", "w-36", "w-56", "w-48", "w-44"];

export const GridSkeleton = () => (
  <div role="status" className="animate-breathe overflow-hidden">
    <VisuallyHidden>Loading your pictures</VisuallyHidden>
    {[0, 1].map((day) => (
      <div key={day} aria-hidden="true">
        <div className="my-3 h-5 w-28 rounded-full bg-sunken" />
        <div className="flex flex-wrap gap-1">
          {SHAPES.map((shape, index) => (
            <div key={index} className={`h-32 grow rounded-md bg-sunken sm:h-52 ${shape}`} />
          ))}
        </div>
      </div>
    ))}
  </div>
);
