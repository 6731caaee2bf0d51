/** Text for who wrote an alt text, and whether it was reviewed. */
import type { AltText } from "@/api";

export const whoWrote = ({ description, description_state }: AltText): string => {
  if (description === null) {
    if (description_state === "waiting") return "Waits for a description";
    return description_state === "failed" ? "The model described nothing" : "Not described";
  }
  if (description.source === "person") return "Written by you";
  return description.demo ? "Demo description" : `By ${description.model ?? "a model"}`;
};
