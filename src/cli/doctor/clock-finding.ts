import type { Clock } from '../../platform/clock.ts';
import type { Finding } from '../../platform/finding.ts';

/** Long enough for a clock that goes to have gone on. */
const LOOK_MS = 20;
/** A clock that is kept right by the network is moved by less. */
const BEHIND_MS_MAX = 5000;

/** Whether time goes forward, and hasn't gone back since the newest record. */
export async function clockFinding(clock: Clock, newestAt: number | undefined): Promise<Finding> {
  const name = 'clock';
  const mend = "set this machine's clock, and let the network keep it right (timedatectl set-ntp true)";
  const [time, steady] = [clock.now(), clock.monotonic()];
  await clock.sleep(LOOK_MS);
  if (clock.now() < time || clock.monotonic() <= steady)
    return { name, ok: false, detail: `it does not go forward: ${new Date(clock.now()).toISOString()}`, mend };
  const now = new Date(clock.now()).toISOString();
  if (newestAt === undefined) return { name, ok: true, detail: `goes forward: ${now}` };
  const record = new Date(newestAt).toISOString();
  const behindMs = newestAt - clock.now();
  if (behindMs <= BEHIND_MS_MAX) return { name, ok: true, detail: `goes forward: ${now}; newest record: ${record}` };
  const behind = `${Math.round(behindMs / 1000).toLocaleString('en-US')} s`;
  return { name, ok: false, detail: `it is ${now}, ${behind} before the newest record (${record})`, mend };
}
