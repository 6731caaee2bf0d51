/** How files are told by their first bytes. Made by ./scripts/generate from sniff.py. */

/** Where, which bytes (hexadecimal), and what they say; the first that fits counts. */
export const FIXED: readonly (readonly [offset: number, bytes: string, type: string])[] = [
  [0, "ffd8ff", "image/jpeg"],
  [0, "89504e470d0a1a0a", "image/png"],
  [0, "474946383761", "image/gif"],
  [0, "474946383961", "image/gif"],
  [0, "46554a4946494c4d4343442d524157", "image/x-fuji-raf"],
  [0, "49495500", "image/x-panasonic-rw2"],
  [0, "4949524f", "image/x-olympus-orf"],
  [0, "49495253", "image/x-olympus-orf"],
  [0, "4d4d4f52", "image/x-olympus-orf"],
  [0, "ff0a", "image/jxl"],
  [0, "0000000c4a584c200d0a870a", "image/jxl"],
  [8, "57454250", "image/webp"],
  [0, "49492a00", "image/tiff"],
  [0, "4d4d002a", "image/tiff"],
  [0, "49492b00", "image/tiff"],
  [0, "4d4d002b", "image/tiff"],
  [4, "6d6f6f76", "video/quicktime"],
  [4, "6d646174", "video/quicktime"],
  [4, "77696465", "video/quicktime"],
  [4, "706e6f74", "video/quicktime"],
  [0, "38425053", "image/vnd.adobe.photoshop"],
  [0, "0000000c6a5020200d0a870a", "image/jp2"],
  [0, "00000100", "image/x-icon"],
  [0, "762f3101", "image/x-exr"],
  [0, "233f52414449414e4345", "image/vnd.radiance"],
  [0, "53494d504c4520203d", "image/fits"],
  [0, "716f6966", "image/qoi"],
  [0, "464f5662", "image/x-sigma-x3f"],
  [0, "255044462d", "application/pdf"],
  [0, "25215053", "application/postscript"],
  [0, "c5d0d3c6", "application/postscript"],
  [0, "1a45dfa3", "video/x-matroska"],
  [8, "41564920", "video/x-msvideo"],
];

/** The brands of ISO media (ISO/IEC 14496-12), by type. */
export const BRANDS: Readonly<Record<string, readonly string[]>> = {
  "image/avif": ["avif", "avis"],
  "image/heic": ["heic", "heim", "heis", "heix", "hevc", "hevm", "hevs", "hevx"],
  "image/heif": ["mif1", "mif2", "msf1"],
};
