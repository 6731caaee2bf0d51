/** The stars of a picture: those that its person gives it, or of its file. */
import { toProblem, useChangeImage, type ImageDetail } from "@/api";
import { Button, classNames, useToast } from "@/ui";

const STARS = [1, 2, 3, 4, 5] as const;
/** In place of stars: whoever sorted the pictures marked it as one to throw away. */
const REJECTED = -1;
const NONE = 0;

export const RatingField = ({ detail: { id, rating, corrected } }: { detail: ImageDetail }) => {
  const { mutate, isPending } = useChangeImage();
  const toast = useToast();
  const rate = (stars: (typeof STARS)[number] | typeof NONE | null) => {
    if (isPending) return;
    mutate(
      { id, changes: { rating: stars } },
      { onError: (error) => toast.show({ message: toProblem(error).detail, tone: "error" }) },
    );
  };
  return (
    <section aria-label="Rating">
      <h3 className="text-sm text-muted">Rating</h3>
      <div className="-ml-2 flex flex-wrap items-center">
        {STARS.map((stars) => {
          const isLit = rating !== null && rating >= stars;
          return (
            <button
              key={stars}
              type="button"
              aria-pressed={rating === stars}
              aria-label={stars === 1 ? "1 star" : `${stars} stars`}
              onClick={() => rate(rating === stars ? NONE : stars)}
              className={classNames(
                "size-10 rounded-full text-xl hover:bg-hover",
                isLit ? "text-ink" : "text-muted",
              )}
            >
              {isLit ? "★" : "☆"}
            </button>
          );
        })}
        {rating === REJECTED && <span className="pl-2">Rejected</span>}
        {corrected.includes("rating") && (
          <Button look="quiet" className="text-sm" onClick={() => rate(null)}>
            Reset
          </Button>
        )}
      </div>
    </section>
  );
};
