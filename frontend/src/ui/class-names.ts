/** Joining class names, leaving out what does not hold: `classNames("a", open && "b")`. */
export const classNames = (...names: (string | false | null | undefined)[]): string =>
  names.filter(Boolean).join(" ");
