/** Makes the picture that messengers show of a link, out of a preview of Pinhole's. */

/** The size that messengers are made for. */
export const WIDTH = 1200;
export const HEIGHT = 630;
/** Less than the API takes; some messengers show nothing larger than 300 KB. */
const MAX_BYTES = 150 * 1024;
const QUALITIES = [0.82, 0.7, 0.55, 0.4, 0.25];

const jpegOf = (canvas: HTMLCanvasElement, quality: number): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("This browser makes no JPEG."))),
      "image/jpeg",
      quality,
    ),
  );

/**
 * The middle of a picture, or of one that is upright somewhat above it, where faces are.
 *
 * @throws where it cannot be loaded or drawn
 */
export const makeLinkPreview = async (url: string, signal: AbortSignal): Promise<Blob> => {
  // The browser's own copy came without CORS, where an <img> loaded it: it cannot be read.
  const answer = await fetch(url, { signal, credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`The preview answered ${String(answer.status)}.`);
  const picture = await createImageBitmap(await answer.blob());
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("This browser draws nothing.");
  const scale = Math.max(WIDTH / picture.width, HEIGHT / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.fillStyle = "white";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (WIDTH - width) / 2, (HEIGHT - height) / 3, width, height);
  picture.close();
  for (const quality of QUALITIES) {
    const jpeg = await jpegOf(canvas, quality);
    if (jpeg.size <= MAX_BYTES) return jpeg;
  }
  throw new Error("The picture is too large.");
};

/** As the API takes it. */
export const toBase64 = async (blob: Blob): Promise<string> => {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  // Of more arguments at once the stack is full.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
};
