import { setUp } from './set-up.mjs';

/** `npm run build`: compiles src to dist, where that is not done yet. */
export async function build() {
  await setUp(['packages', 'build']);
}
