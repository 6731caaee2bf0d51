/**
 * What stands behind the # of a share link: its token and, while a picture is open, that picture. No browser
 * sends it to any server.
 */
export type LinkAddress = { token: string; imageId: string | null };

// 256 bits: what is shorter was cut off on its way here.
const SHAPE = /^#([\w-]{43})(?:\/images\/([\da-f-]{36}))?$/;

/** Null: this is no share link. */
export const parseAddress = (hash: string): LinkAddress | null => {
  const [, token, imageId] = SHAPE.exec(hash) ?? [];
  return token === undefined ? null : { token, imageId: imageId ?? null };
};

/** Below it are the addresses of pictures. */
export const pathOf = (token: string): string => `#${token}`;
