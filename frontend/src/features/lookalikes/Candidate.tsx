/** One of the pictures that look alike: what is known of it, and whether it is the one to keep. */
import { useId } from "react";

import type { Lookalike, LookalikeGroup } from "@/api";
import { ThumbHashCanvas } from "@/components/gallery/ThumbHashCanvas";
import { classNames } from "@/ui";

import { factsOf } from "./facts";

type CandidateProps = {
  image: Lookalike;
  number: number;
  group: LookalikeGroup;
  isKept: boolean;
  onKeep: () => void;
};

export const Candidate = ({ image, number, group, isKept, onKeep }: CandidateProps) => {
  const facts = useId();
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <label
        className={classNames(
          "group relative block cursor-pointer overflow-hidden rounded-xl bg-sunken outline-offset-2",
          "has-focus-visible:outline-2 has-focus-visible:outline-accent",
          isKept ? "ring-3 ring-accent" : "ring-1 ring-line",
        )}
      >
        <input
          type="radio"
          name={group.id}
          value={image.id}
          checked={isKept}
          onChange={onKeep}
          aria-describedby={`${facts}-why ${facts}`}
          className="sr-only"
        />
        <span className="relative block aspect-4/3">
          {image.id === group.keep && (
            <span
              id={`${facts}-why`}
              className="absolute top-2 left-2 z-1 rounded-full bg-surface px-2.5 py-0.5 text-xs font-medium"
            >
              Suggested
            </span>
          )}
          {image.thumbhash !== null && <ThumbHashCanvas hash={image.thumbhash} />}
          {image.thumbnail_url !== null && (
            <img
              src={image.thumbnail_url}
              alt=""
              decoding="async"
              loading="lazy"
              className={classNames(
                "absolute inset-0 size-full object-contain",
                !isKept && "opacity-80 group-hover:opacity-100",
              )}
            />
          )}
        </span>
        <span className="flex items-center gap-2 bg-surface px-3 py-2 text-sm">
          <kbd className="flex size-6 shrink-0 items-center justify-center rounded-md bg-sunken font-medium tabular-nums pointer-coarse:hidden">
            {number}
          </kbd>
          <span className="min-w-0 grow truncate" title={image.name}>
            {image.name}
          </span>
          <span
            className={classNames("shrink-0 font-medium", isKept ? "text-accent" : "text-muted")}
          >
            {isKept ? "Keep" : "Delete"}
          </span>
        </span>
      </label>
      <div id={facts} className="px-1 text-sm">
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 max-sm:grid-cols-1">
          {factsOf(image).map(({ label, value, of }) => {
            const isDifferent = of !== null && group.differs.includes(of);
            return (
              <div
                key={label}
                className="col-span-2 grid grid-cols-subgrid max-sm:col-span-1 max-sm:block max-sm:pb-1"
              >
                <dt className="text-muted max-sm:text-xs">{label}</dt>
                <dd
                  className={classNames("min-w-0 break-words", isDifferent && "font-semibold")}
                  data-differs={isDifferent || undefined}
                >
                  {value}
                </dd>
              </div>
            );
          })}
        </dl>
      </div>
    </div>
  );
};
