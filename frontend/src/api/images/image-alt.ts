/** The alternative text of an image. */
import { dateFormat } from "@/locale";

import { isVideo, isWhole, type ListedImage } from "./listed-image";

const dayFormat = dateFormat({
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** "3 May 2025" from a wall clock "2025-05-03T…", whatever zone follows: the day is the photographer's. */
export const dayInWords = (wallClock: string): string =>
  dayFormat.format(new Date(`${wallClock.slice(0, 10)}T00:00:00Z`));

/** The description where there is one, or the title, and otherwise the day and, once it is known, the name of the file. */
export const imageAlt = (image: ListedImage): string => {
  if (image.timeline_at === "") return (isWhole(image) ? image.alt_text : null) ?? "Picture";
  if (!isWhole(image)) return `Picture of ${dayInWords(image.timeline_at)}`;
  if (image.alt_text !== null && image.alt_text !== "") {
    // The stand-in model of --demo says so itself; another one would not.
    const isUnmarked = image.description_demo && !/^demo\b/i.test(image.alt_text);
    return isUnmarked ? `${image.alt_text} (demo description)` : image.alt_text;
  }
  if (image.title !== null) return image.title;
  const [picture, photo] = isVideo(image) ? ["Video", "Video"] : ["Picture", "Photo"];
  return image.taken_at === null
    ? `${picture} added ${dayInWords(image.created_at)} (${image.name})`
    : `${photo} taken ${dayInWords(image.taken_at)} (${image.name})`;
};
