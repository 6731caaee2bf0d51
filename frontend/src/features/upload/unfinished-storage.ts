/** Unfinished uploads of a closed page: names and sizes, per account, on this device only. */
import { keysOf, newKey } from "./unfinished-storage-keys";

export type Unfinished = { name: string; size: number };

/** Half a megabyte or so; a browser gives a site 5 MB for all. */
const MOST = 10_000;

/**
 * Notes what one page still has to send. Holds a lock of the same name for as long as the page lives: this is
 * how another tab knows a page that still uploads from one that is gone.
 */
export class UnfinishedNote {
  readonly #userId: string;
  readonly #key: string;
  #letGo: (() => void) | null = null;

  constructor(userId: string) {
    this.#userId = userId;
    this.#key = newKey(userId);
  }

  write(files: readonly Unfinished[]): void {
    if (files.length === 0) {
      localStorage.removeItem(this.#key);
      return;
    }
    this.#hold();
    const few = files.slice(0, MOST).map(({ name, size }) => ({ name, size }));
    try {
      localStorage.setItem(this.#key, JSON.stringify(few));
    } catch {
      // Storage is full or shut: then there is no notice after a reload, and nothing else is lost.
    }
  }

  /** From now on this note speaks for the files: others that are left behind no longer do. */
  async takeOver(files: readonly Unfinished[]): Promise<void> {
    const taken = new Set(files.map(nameAndSize));
    for (const key of await abandonedKeys(this.#userId)) {
      if (key === this.#key) continue;
      const left = parse(localStorage.getItem(key)).filter((file) => !taken.has(nameAndSize(file)));
      if (left.length > 0) localStorage.setItem(key, JSON.stringify(left));
      else localStorage.removeItem(key);
    }
  }

  close(): void {
    this.#letGo?.();
    this.#letGo = null;
  }

  #hold(): void {
    if (this.#letGo || !("locks" in navigator)) return;
    void navigator.locks.request(
      this.#key,
      () => new Promise<void>((resolve) => (this.#letGo = resolve)),
    );
  }
}

/** What pages that are gone left behind for this account. */
export const readUnfinished = async (userId: string): Promise<Unfinished[]> => {
  const keys = await abandonedKeys(userId);
  return keys.flatMap((key) => parse(localStorage.getItem(key)));
};

export const dismissUnfinished = async (userId: string): Promise<void> => {
  for (const key of await abandonedKeys(userId)) localStorage.removeItem(key);
};

const abandonedKeys = async (userId: string): Promise<string[]> => {
  const keys = keysOf(userId);
  if (keys.length === 0 || !("locks" in navigator)) return keys;
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map(({ name }) => name));
  return keys.filter((key) => !alive.has(key));
};

const nameAndSize = ({ name, size }: Unfinished): string => `${String(size)} ${name}`;

const parse = (json: string | null): Unfinished[] => {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(list) ? list.filter(isUnfinished) : [];
  } catch {
    return [];
  }
};

const isUnfinished = (value: unknown): value is Unfinished =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Unfinished>).name === "string" &&
  typeof (value as Partial<Unfinished>).size === "number";
