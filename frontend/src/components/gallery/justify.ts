/** Filling rows from edge to edge with pictures of different shapes, none cropped. */

export type Justified = { rows: { height: number; widths: number[] }[] };

type Measures = { width: number; targetHeight: number; gap: number };

/** A panorama or a tall screenshot is cropped to these shapes, or it would own or starve its row. */
const NARROWEST = 0.5;
const WIDEST = 2.6;
/** How much taller than wanted a row may get when it has too few pictures to fill it. */
export const MAX_STRETCH = 1.3;

export const rowRatio = (width: number | null, height: number | null): number =>
  width === null || height === null || width <= 0 || height <= 0
    ? 1
    : Math.min(WIDEST, Math.max(NARROWEST, width / height));

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

const fittingHeight = (ratios: readonly number[], { width, gap }: Measures): number =>
  (width - gap * (ratios.length - 1)) / sum(ratios);

/** Whole pixels; the last picture takes what rounding left, so that every full row ends at the same edge. */
const widthsOf = (ratios: readonly number[], height: number, fill: number | null): number[] => {
  const widths = ratios.map((ratio) => Math.max(1, Math.round(ratio * height)));
  const last = widths.length - 1;
  if (fill !== null) widths[last] = Math.max(1, fill - sum(widths.slice(0, last)));
  return widths;
};

/** Rows of pictures given by their shapes (width / height), in order, each about as high as wanted. */
export const justify = (ratios: readonly number[], measures: Measures): Justified => {
  const { width, targetHeight, gap } = measures;
  const rows: Justified["rows"] = [];
  const close = (row: readonly number[]) => {
    const fitting = fittingHeight(row, measures);
    const fills = fitting <= targetHeight * MAX_STRETCH;
    const height = Math.round(fills ? fitting : targetHeight);
    const space = width - gap * (row.length - 1);
    rows.push({ height, widths: widthsOf(row, height, fills ? space : null) });
  };

  let row: number[] = [];
  for (const ratio of ratios) {
    const longer = [...row, ratio];
    const height = fittingHeight(longer, measures);
    if (height > targetHeight) {
      row = longer;
      continue;
    }
    // The row is full. With or without this picture: whichever comes nearer to the height wanted.
    const without = row.length > 0 ? fittingHeight(row, measures) : Infinity;
    if (without - targetHeight < targetHeight - height && without <= targetHeight * MAX_STRETCH) {
      close(row);
      row = [ratio];
    } else {
      close(longer);
      row = [];
    }
  }
  if (row.length > 0) close(row);
  return { rows };
};
