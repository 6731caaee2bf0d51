/** The name of a guest, stored in their browser for the next link. */
const KEY = "pinhole.guest-name";

export const MAX_GUEST_NAME = 60;

/** What was written last, also where storage is closed to us. */
let known: string | null = null;

export const keptName = (): string => {
  if (known !== null) return known;
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
};

export const keepName = (name: string): void => {
  known = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is closed to us: then they write it again.
  }
};
