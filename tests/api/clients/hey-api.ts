// An integrator's program by hey-api.
import { client } from "./made/client.gen.js";
import {
  changeImages,
  createImages,
  deleteImage,
  describeImage,
  getImage,
  listChanges,
  listImages,
  updateImage,
} from "./made/index.js";
import { announcement, bytes, check, site, token, until, words } from "./environment.js";

client.setConfig({ baseUrl: site, auth: token });

const { data: promised } = await createImages({
  body: { images: [announcement] },
  throwOnError: true,
});
const place = promised.places[0];
check(place?.status === "upload" && "url" in place.upload, "a place to upload to");
const stored = await fetch(place.upload.url, {
  method: "PUT",
  headers: place.upload.headers,
  body: bytes,
});
check(stored.ok, "stored");
const path = { image_id: place.image.id };

async function look() {
  return (await getImage({ path, throwOnError: true })).data;
}
await until(async () => ((await look()).state === "ready" ? true : undefined));

await describeImage({ path, throwOnError: true });
const described = await until(async () => {
  const image = await look();
  return image.description_state === "done" ? image : undefined;
});
check(described.description?.source === "model", "described by the model");

await updateImage({ path, body: { description: words }, throwOnError: true });
const { data: renamed } = await updateImage({
  path,
  body: { name: "dusk.jpg" },
  throwOnError: true,
});
check(renamed.name === "dusk.jpg", "renamed");
check(renamed.description?.text === words.text, "renaming keeps the description");

const { data: listed } = await listImages({ query: { limit: 10 }, throwOnError: true });
check(listed.images.some((image) => image.id === place.image.id), "listed");

const gone = await deleteImage({ path, throwOnError: true });
check(gone.response.status === 204, "deleted");
const ids = [place.image.id];
const { data: undone } = await changeImages({
  body: { action: "restore", images: { ids } },
  throwOnError: true,
});
check(undone.changed === 1, "brought back");
const { data: done } = await changeImages({
  body: { action: "delete", images: { ids } },
  throwOnError: true,
});
check(done.undo?.images.ids[0] === place.image.id, "deleted again, and told how to undo it");
const { data: changes } = await listChanges({ throwOnError: true });
check(changes.images[0]?.deleted_at != null, "told as deleted");

const missing = await getImage({
  path: { image_id: "00000000-0000-4000-8000-000000000000" },
});
check(missing.error?.code === "not_found", "a problem with its code");
console.log(place.image.id);
