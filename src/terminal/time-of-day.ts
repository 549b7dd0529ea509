import type { Clock } from '../platform/clock.ts';

/** `14:03:59`, in the operator's own time zone. */
export function timeOfDay(clock: Clock): string {
  return new Date(clock.now()).toTimeString().slice(0, 8);
}
