/** Which uploads a closed page left unfinished: names and sizes, per account, on this machine only. */

export type Unfinished = { name: string; size: number };

const PREFIX = "pinhole.unfinished";
/** Enough to say what is missing; a browser gives a site 5 MB for all. */
const MOST = 2_000;

function accountPrefix(userId: string): string {
  return `${PREFIX}.${userId}.`;
}

/**
 * Notes what one page still has to send. Holds a lock of the same name for as long as the page lives: this is
 * how another tab knows a page that still uploads from one that is gone.
 */
export class UnfinishedNote {
  readonly #key: string;
  #letGo: (() => void) | null = null;

  constructor(userId: string) {
    this.#key = accountPrefix(userId) + crypto.randomUUID();
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
export async function readUnfinished(userId: string): Promise<Unfinished[]> {
  const keys = await abandonedKeys(userId);
  return keys.flatMap((key) => parse(localStorage.getItem(key)));
}

/** Strikes off files that have been chosen again; with none given, all of them. */
export async function strikeOff(userId: string, files?: readonly Unfinished[]): Promise<void> {
  const struck = files && new Set(files.map(nameAndSize));
  for (const key of await abandonedKeys(userId)) {
    const left = struck
      ? parse(localStorage.getItem(key)).filter((file) => !struck.has(nameAndSize(file)))
      : [];
    if (left.length > 0) localStorage.setItem(key, JSON.stringify(left));
    else localStorage.removeItem(key);
  }
}

/** For sign-out: whoever uses this machine next learns no file names. */
export function forgetUnfinished(userId: string): void {
  for (const key of keysOf(userId)) localStorage.removeItem(key);
}

async function abandonedKeys(userId: string): Promise<string[]> {
  const keys = keysOf(userId);
  if (keys.length === 0 || !("locks" in navigator)) return keys;
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map(({ name }) => name));
  return keys.filter((key) => !alive.has(key));
}

function keysOf(userId: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(accountPrefix(userId)));
}

function nameAndSize({ name, size }: Unfinished): string {
  return `${String(size)} ${name}`;
}

function parse(json: string | null): Unfinished[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(list) ? list.filter(isUnfinished) : [];
  } catch {
    return [];
  }
}

function isUnfinished(value: unknown): value is Unfinished {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Unfinished>).name === "string" &&
    typeof (value as Partial<Unfinished>).size === "number"
  );
}
