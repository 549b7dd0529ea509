import type { BundleView } from '../domain/resources.ts';

/** What the bundle costs at these prices in credits, rounded up to whole micro-credits, as an agent would reckon it. */
export function ceilCredits(
  bundle: BundleView,
  markets: Readonly<Record<keyof BundleView, { readonly price: number }>>,
): number {
  const resources = Object.keys(bundle) as (keyof BundleView)[];
  const micros = resources.reduce((sum, name) => sum + Math.round(markets[name].price * 1e6) * bundle[name], 0);
  return Math.max(1, Math.ceil(micros - 1e-6)) / 1e6;
}
