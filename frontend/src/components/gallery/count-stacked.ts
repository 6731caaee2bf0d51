/** How many pictures tiles of the timeline stand for. */
import type { ListedImage } from "@/api";

export const countStacked = (images: readonly ListedImage[]): number =>
  images.reduce((sum, { stack_size: size }) => sum + (size ?? 1), 0);
