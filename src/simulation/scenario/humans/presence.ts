const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Hours of each day, from and to, one after the other. */
export type Hours = readonly (readonly [from: number, to: number])[];

/** Times are milliseconds since the beginning of the simulation, which is midnight. */
export function isPresent(hours: Hours, atMs: number): boolean {
  const hour = (atMs % DAY_MS) / HOUR_MS;
  return hours.some(([from, to]) => hour >= from && hour < to);
}

/** How long until somebody comes, from a time at which nobody is there. */
export function untilPresent(hours: Hours, atMs: number): number {
  const ofDay = atMs % DAY_MS;
  const comes = hours.map(([from]) => from * HOUR_MS).find((from) => from > ofDay) ?? DAY_MS;
  return comes - ofDay;
}

/** When somebody comes and goes, up to `endMs`. */
export function presence(hours: Hours, endMs: number): readonly (readonly [from: number, to: number])[] {
  const days = Array.from({ length: Math.ceil(endMs / DAY_MS) }, (_, day) => day * DAY_MS);
  return days.flatMap((day) =>
    hours
      .map(([from, to]) => [day + from * HOUR_MS, Math.min(endMs, day + to * HOUR_MS)] as const)
      .filter(([from, to]) => from < to),
  );
}
