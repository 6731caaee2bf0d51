/**
 * Grids that are taller than a browser's tallest element.
 *
 * [Note: Tall grids] Chromium ends elements at about 33 million px and Firefox at about 18; a million
 * pictures are taller. So the element is at most MAX_ELEMENT high. A scroll moves the pictures by as much as
 * the element, as everywhere; only a jump goes by proportion, and the content is then drawn `base` px higher
 * in the element than it stands in the grid. Near both ends element and grid agree, so that the ends can be
 * reached; in between one can scroll for EXACT px before anything must be aligned anew.
 */
export const MAX_ELEMENT = 15_000_000;
/** At each end, as many px stand where they would without a scale. */
const EXACT = 5_000_000;
/** Nearer than this to an end of the element, base is set right. */
const MARGIN = 1_000_000;

export const elementHeight = (height: number): number => Math.min(height, MAX_ELEMENT);

/** For a height of the grid, the height in the element. */
export const toElement = (y: number, height: number): number => {
  if (height <= MAX_ELEMENT || y <= EXACT) return y;
  if (y >= height - EXACT) return y - height + MAX_ELEMENT;
  const share = (y - EXACT) / (height - 2 * EXACT);
  return Math.round(EXACT + share * (MAX_ELEMENT - 2 * EXACT));
};

/** For a height in the element, the height of the grid. */
export const fromElement = (y: number, height: number): number => {
  if (height <= MAX_ELEMENT || y <= EXACT) return y;
  if (y >= MAX_ELEMENT - EXACT) return y + height - MAX_ELEMENT;
  const share = (y - EXACT) / (MAX_ELEMENT - 2 * EXACT);
  return Math.round(EXACT + share * (height - 2 * EXACT));
};

/** Whether the element comes to an end before the grid does, or after. */
export const isOutOfStep = (y: number, base: number, height: number): boolean => {
  if (height <= MAX_ELEMENT) return base !== 0;
  const inElement = y - base;
  const isNearEnd = inElement < MARGIN || inElement > MAX_ELEMENT - MARGIN;
  return isNearEnd && base !== y - toElement(y, height);
};
