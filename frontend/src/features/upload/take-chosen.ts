/** The files that were chosen in a picker. */
import type { ChangeEvent } from "react";

export const takeChosen = ({ currentTarget }: ChangeEvent<HTMLInputElement>): File[] => {
  const files = [...(currentTarget.files ?? [])];
  // Empty again, so that choosing the same files once more is a change too.
  currentTarget.value = "";
  return files;
};
