// An integrator's program by openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";
import { announcement, bytes, check, site, token, until, words } from "./environment.js";

const client = createClient<paths>({
  baseUrl: site,
  headers: { Authorization: `Bearer ${token}` },
});

/** The data of an answer, or its problem as an error. */
function given<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

// Nothing that may be left out is required: `parts` and `taken_hint` are.
const { places } = given(
  await client.POST("/api/images", { body: { images: [announcement] } }),
);
const place = places[0];
check(place?.status === "upload" && "url" in place.upload, "a place to upload to");
const stored = await fetch(place.upload.url, {
  method: "PUT",
  headers: place.upload.headers,
  body: bytes,
});
check(stored.ok, "stored");
const params = { path: { image_id: place.image.id } };

async function look() {
  return given(await client.GET("/api/images/{image_id}", { params }));
}
await until(async () => ((await look()).state === "ready" ? true : undefined));

given(await client.POST("/api/images/{image_id}/describe", { params }));
const described = await until(async () => {
  const image = await look();
  return image.description_state === "done" ? image : undefined;
});
check(described.description?.source === "model", "described by the model");

given(await client.PATCH("/api/images/{image_id}", { params, body: { description: words } }));
const renamed = given(
  await client.PATCH("/api/images/{image_id}", { params, body: { name: "dusk.jpg" } }),
);
check(renamed.name === "dusk.jpg", "renamed");
check(renamed.description?.text === words.text, "renaming keeps the description");

const listed = given(await client.GET("/api/images", { params: { query: { limit: 10 } } }));
check(listed.images.some((image) => image.id === place.image.id), "listed");

const gone = await client.DELETE("/api/images/{image_id}", { params });
check(gone.response.status === 204, "deleted");
const ids = [place.image.id];
const undone = given(
  await client.POST("/api/images/batch", { body: { action: "restore", images: { ids } } }),
);
check(undone.changed === 1, "brought back");
const done = given(
  await client.POST("/api/images/batch", { body: { action: "delete", images: { ids } } }),
);
check(done.undo?.images.ids[0] === place.image.id, "deleted again, and told how to undo it");
const { images } = given(await client.GET("/api/images/changes"));
check(images[0]?.deleted_at != null, "told as deleted");

const missing = await client.GET("/api/images/{image_id}", {
  params: { path: { image_id: "00000000-0000-4000-8000-000000000000" } },
});
check(missing.error?.code === "not_found", "a problem with its code");
console.log(place.image.id);
