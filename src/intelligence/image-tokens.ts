import type { ProviderKind } from './formats/format.ts';
import type { ImageSize } from './formats/image-size.ts';

/** What a model's images are taken for. */
export interface ImageTokens {
  /** For any image, and for one whose size can't be told. */
  readonly most: number;
  /** For any image whose size can be told. */
  readonly least: number;
  readonly pixelsPerToken: number;
}

/** What even a small image may cost at a kind of provider: Google's newer models go by the resolution that is asked for. */
export const LEAST_OF: Readonly<Record<ProviderKind, number>> = { openai: 0, anthropic: 0, google: 2240 };

/** What the smallest image costs at most, at any provider: one tile of Google's. */
const SMALLEST = 258;

/** Input tokens to reserve for an image. Providers scale down what is large, so there is a most. */
export function tokensOfImage(size: ImageSize | undefined, { most, least, pixelsPerToken }: ImageTokens): number {
  if (!size) return most;
  return Math.min(most, Math.max(least, SMALLEST + Math.ceil((size.width * size.height) / pixelsPerToken)));
}
