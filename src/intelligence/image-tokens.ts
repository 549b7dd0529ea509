import type { ImageSize } from './formats/image-size.ts';

/** What a model's images are taken for. */
export interface ImageTokens {
  /** For any image, and for one whose size can't be told. */
  readonly most: number;
  readonly pixelsPerToken: number;
}

/** What the smallest image costs at most, at any provider: one tile of Google's. */
const SMALLEST = 258;

/** Input tokens to reserve for an image. Providers scale down what is large, so there is a most. */
export function tokensOfImage(size: ImageSize | undefined, { most, pixelsPerToken }: ImageTokens): number {
  if (!size) return most;
  return Math.min(most, SMALLEST + Math.ceil((size.width * size.height) / pixelsPerToken));
}
