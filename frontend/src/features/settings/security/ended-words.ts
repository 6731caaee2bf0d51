/** Message after the first second factor has signed other devices out. */
export const endedWords = (ended: number): string => {
  if (ended === 0) return "";
  return ended === 1
    ? ". Your other device was signed out"
    : `. Your ${ended.toString()} other devices were signed out`;
};
