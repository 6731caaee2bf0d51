import { MutationObserver, QueryClient } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { timelineOptions, type Image } from "@/api";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";
import { timelineHandlers } from "@/test/timeline";

import { BatchedCacheWriter } from "./batched-cache-writer";

const READY = anImage({ id: "one" });
const DELETED = anImage({ id: "one", deleted_at: "2025-06-01T09:00:00Z" });

const deleteOne = (client: QueryClient): Promise<void> =>
  new MutationObserver(client, {
    mutationKey: ["images", "move"],
    mutationFn: () => Promise.resolve(),
  }).mutate({ action: "delete", images: [READY] } as never);

test("a picture that was deleted after it came in does not come back", async () => {
  const client = new QueryClient();
  let library: Image[] = [];
  server.use(
    ...timelineHandlers(() => library),
    http.get("*/api/account", () => HttpResponse.json({})),
  );
  await client.query(timelineOptions("timeline"));
  const writer = new BatchedCacheWriter(client);
  writer.add(READY);
  await deleteOne(client);
  library = [DELETED];
  const known = () => client.getQueryData<ReadonlyMap<string, Image>>(["images", "known"]);
  await waitFor(() => expect(known()?.get("one")).toBeDefined(), { timeout: 5_000 });
  expect(known()?.get("one")).toMatchObject({ deleted_at: DELETED.deleted_at });
  writer.close();
});
