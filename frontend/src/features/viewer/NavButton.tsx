/** A way to the picture before or after, for those with a mouse; fingers swipe. */
import { ChevronLeftIcon, ChevronRightIcon, classNames, IconButton } from "@/ui";

type ArrowProps = { to: "previous" | "next"; isEnd: boolean; onPress: () => void };

export const NavButton = ({ to, isEnd, onPress }: ArrowProps) => (
  <IconButton
    label={to === "previous" ? "Previous picture" : "Next picture"}
    disabled={isEnd}
    onClick={onPress}
    className={classNames(
      "pointer-events-auto absolute! top-1/2 size-12! -translate-y-1/2 bg-black/45 hover:bg-black/70 pointer-coarse:hidden! disabled:invisible",
      to === "previous" ? "left-4" : "right-4",
    )}
  >
    {to === "previous" ? (
      <ChevronLeftIcon className="size-6" />
    ) : (
      <ChevronRightIcon className="size-6" />
    )}
  </IconButton>
);
