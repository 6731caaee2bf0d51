/** Splits a list of pictures into as many as the API adds or removes at once. */
const MAX_AT_ONCE = 1_000;

/** Sends ids so many at a time, one request after the other. @throws what `send` throws */
export const inParts = async (
  ids: readonly string[],
  send: (part: readonly string[]) => Promise<unknown>,
): Promise<void> => {
  for (let start = 0; start < ids.length; start += MAX_AT_ONCE) {
    await send(ids.slice(start, start + MAX_AT_ONCE));
  }
};
