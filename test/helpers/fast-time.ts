/**
 * Settings for cycles that are short so that a test needn't wait: with `market.cycle_seconds` among them, all time of
 * the market passes as much faster, unless they say otherwise.
 */
export function inFastTime(settings: readonly string[]): readonly string[] {
  const key = 'market.cycle_seconds=';
  const cycle = settings.findLast((setting) => setting.startsWith(key))?.slice(key.length);
  if (cycle === undefined) return settings;
  const cycles = (count: number) => Number((count * Number(cycle)).toPrecision(12));
  return [
    `market.reference_seconds=${cycle}`,
    `market.ttl_seconds=${cycles(60)}`,
    `market.bid_horizon_seconds=${cycles(360)}`,
    `lifecycle.dormant_seconds=${cycles(30)}`,
    `lifecycle.restart_backoff_seconds=${JSON.stringify([2, 4, 8].map(cycles))}`,
    `lifecycle.fault_backoff_seconds=${JSON.stringify([1, 2, 4, 8, 16].map(cycles))}`,
    ...settings,
  ];
}
