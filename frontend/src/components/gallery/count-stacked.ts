/** Counts the pictures of timeline tiles, including those in stacks. */
import type { ListedImage } from "@/api";

export const countStacked = (images: readonly ListedImage[]): number =>
  images.reduce((sum, { stack_size: size }) => sum + (size ?? 1), 0);
