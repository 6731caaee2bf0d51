/** Picture types that the library accepts, by type and by file extension. */
import { formatList } from "@/locale";

/** Browsers know no type for some of these (HEIC in Chromium), so the extension has to say it. */
const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  jpe: "image/jpeg",
  jfif: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  heic: "image/heic",
  heif: "image/heif",
  hif: "image/heif",
  tif: "image/tiff",
  tiff: "image/tiff",
  jxl: "image/jxl",
  dng: "image/x-adobe-dng",
  nef: "image/x-nikon-nef",
  cr2: "image/x-canon-cr2",
  cr3: "image/x-canon-cr3",
  arw: "image/x-sony-arw",
  raf: "image/x-fuji-raf",
  rw2: "image/x-panasonic-rw2",
  // What the server tells by the bytes: NRW is laid out like NEF, SR2 like ARW, RWL like RW2.
  nrw: "image/x-nikon-nef",
  sr2: "image/x-sony-arw",
  rwl: "image/x-panasonic-rw2",
  orf: "image/x-olympus-orf",
  ori: "image/x-olympus-orf",
  pef: "image/x-pentax-pef",
  srw: "image/x-samsung-srw",
  "3fr": "image/x-hasselblad-3fr",
  fff: "image/x-hasselblad-3fr",
  erf: "image/x-epson-erf",
  iiq: "image/x-phaseone-iiq",
  dcr: "image/x-raw",
  kdc: "image/x-raw",
  mef: "image/x-raw",
  mos: "image/x-raw",
  mov: "video/quicktime",
  qt: "video/quicktime",
  mp4: "video/mp4",
  m4v: "video/mp4",
  "3gp": "video/mp4",
};

/** The content type to declare; empty when neither the browser nor the extension tells. */
export const contentTypeOf = (file: File): string => {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  const declared = file.type.toLowerCase();
  // The server looks at the bytes in the end; a type of its list is taken as the browser says it.
  return declared === "" || declared === "application/octet-stream"
    ? (TYPE_BY_EXTENSION[extension] ?? "")
    : (ALIASES[declared] ?? declared);
};

const ALIASES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "image/tif": "image/tiff",
  "image/dng": "image/x-adobe-dng",
  "image/x-panasonic-raw2": "image/x-panasonic-rw2",
  // As shared-mime-info and ExifTool call them.
  "image/x-nikon-nrw": "image/x-nikon-nef",
  "image/x-sony-sr2": "image/x-sony-arw",
  "image/x-leica-rwl": "image/x-panasonic-rw2",
  "image/x-hasselblad-fff": "image/x-hasselblad-3fr",
  "image/x-kodak-dcr": "image/x-raw",
  "image/x-kodak-kdc": "image/x-raw",
  "image/x-mamiya-mef": "image/x-raw",
  "video/x-m4v": "video/mp4",
  "video/3gpp": "video/mp4",
};

const PICTURE_TYPES: ReadonlySet<string> = new Set(Object.values(TYPE_BY_EXTENSION));

/** Whether this is a type of pictures that the library may take; what the bytes are is not known yet. */
export const isPictureType = (contentType: string): boolean => PICTURE_TYPES.has(contentType);

/** The file picker's `accept`: types and extensions, since each browser heeds another half. */
export const acceptList = (contentTypes: readonly string[]): string => {
  const extensions = Object.entries(TYPE_BY_EXTENSION)
    .filter(([, type]) => contentTypes.includes(type))
    .map(([extension]) => `.${extension}`);
  return [...contentTypes, ...extensions].join(",");
};

const NAMES: Readonly<Record<string, string>> = {
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/gif": "GIF",
  "image/webp": "WebP",
  "image/avif": "AVIF",
  "image/heic": "HEIC",
  "image/heif": "HEIC",
  "image/tiff": "TIFF",
  "image/jxl": "JPEG XL",
  "video/quicktime": "MOV",
  "video/mp4": "MP4",
};

/** "JPEG, PNG and HEIC" */
export const namesOf = (contentTypes: readonly string[]): string => {
  const names = contentTypes.map(
    (type) =>
      (type.startsWith("image/x-") ? "RAW" : NAMES[type]) ??
      type.replace(/^image\//, "").toUpperCase(),
  );
  return formatList(new Set(names), "disjunction");
};

const SHOWABLE = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

/** Whether every browser that we build for can draw it. */
export const isShowable = (contentType: string): boolean => SHOWABLE.has(contentType);
