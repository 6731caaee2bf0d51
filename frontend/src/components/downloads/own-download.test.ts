import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";

import { sessionOptions } from "@/api";

import { nameOfMissing } from "./make-zip";
import { untilGone } from "./own-download";

const clientOf = (id: string) => {
  const client = new QueryClient();
  client.setQueryData(["session"], { user: { id } });
  return client;
};

const soon = () => new Promise<void>((resolve) => queueMicrotask(resolve));

test.each([null, { id: "bob" }])(
  "a download ends once its person is gone: %j is there",
  async (user) => {
    const client = clientOf("ada");
    const onGone = vi.fn();
    untilGone(client, onGone);
    client.setQueryData(["albums"], []);
    client.setQueryData(sessionOptions.queryKey, (before) => before && { ...before });
    await soon();
    expect(onGone).not.toHaveBeenCalled();
    client.setQueryData(["session"], { user });
    client.setQueryData(["session"], { user });
    await soon();
    expect(onGone).toHaveBeenCalledOnce();
  },
);

test("a download that is over waits for nobody", async () => {
  const client = clientOf("ada");
  const onGone = vi.fn();
  untilGone(client, onGone)();
  client.setQueryData(["session"], { user: null });
  await soon();
  expect(onGone).not.toHaveBeenCalled();
});

test("the list of what is missing has a name that no picture has", () => {
  expect(nameOfMissing([{ path: "a.jpg" }])).toBe("Not in this zip.txt");
  const taken = ["not in this ZIP.txt", "Not in this zip (2).txt"].map((path) => ({ path }));
  expect(nameOfMissing(taken)).toBe("Not in this zip (3).txt");
});
