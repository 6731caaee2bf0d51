// What every client here is given: where the site is, a token, and a picture.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export const site = setting("SITE");
export const token = setting("TOKEN");
export const bytes = await readFile(setting("PICTURE"));
export const announcement = {
  name: "harbour.jpg",
  size: bytes.length,
  content_type: "image/jpeg",
  sha256: createHash("sha256").update(bytes).digest("hex"),
};
export const words = {
  alt_text: "a harbour",
  text: "A harbour at dusk.",
  visible_text: "",
  tags: ["boat"],
};

/** Ask until the answer is there; give up when a busy machine would have done it. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 150_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("this did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`not so: ${what}`);
}
