/** Stack of a picture: the reason for it, and actions. */
import { isTile, useStack, type Image } from "@/api";
import { UnstackIcon } from "@/components/stacks/UnstackIcon";
import { useRestack } from "@/components/stacks/use-change-stacks";
import { formatNumber } from "@/locale";
import { Button, StackIcon } from "@/ui";

type Why = NonNullable<NonNullable<ReturnType<typeof useStack>>["reason"]>;

const WHY: Record<Why, string> = {
  shot: "One shot in several formats: the same name, taken at the same time.",
  edit: "An edited copy beside its original, by their names and the time.",
  burst: "Frames of one burst, by their names and the time.",
  person: "You stacked them.",
};

export const StackSection = ({ image }: { image: Image }) => {
  const stack = useStack(image);
  const restack = useRestack();
  if (!stack?.reason || stack.images.length < 2) return null;
  const { images, reason } = stack;
  const isCover = images.find(isTile)?.id === image.id;
  return (
    <section>
      <h3 className="text-sm text-muted">Stack</h3>
      <p>{formatNumber(images.length)} pictures are one tile of your timeline.</p>
      <p className="text-muted">{WHY[reason]}</p>
      <div className="-ml-4.5 flex flex-wrap">
        {!isCover && image.archived_at === null && (
          <Button
            look="quiet"
            icon={<StackIcon />}
            onClick={() => void restack("make_cover", [image.id]).catch(alreadyTold)}
          >
            Make cover
          </Button>
        )}
        {images.length > 2 && (
          <Button
            look="quiet"
            icon={<UnstackIcon />}
            onClick={() => void restack("unstack", [image.id]).catch(alreadyTold)}
          >
            Take out of the stack
          </Button>
        )}
        <Button
          look="quiet"
          icon={<UnstackIcon />}
          onClick={() => void restack("unstack", [image.id], { whole: true }).catch(alreadyTold)}
        >
          {images.length > 2 ? "Unstack all" : "Unstack"}
        </Button>
      </div>
    </section>
  );
};

const alreadyTold = (): void => undefined;
