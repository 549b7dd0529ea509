/** Numbers and times as people read them. */

const CREDITS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const SMALL_CREDITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const CLOCK_SECONDS = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** `1,234.5`; a price of next to nothing is not shown as nothing. */
export function credits(amount: number): string {
  return amount !== 0 && Math.abs(amount) < 0.1 ? SMALL_CREDITS.format(amount) : CREDITS.format(amount);
}

export function count(amount: number): string {
  return COUNT.format(amount);
}

export function counted(amount: number, noun: string): string {
  return `${COUNT.format(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `14:05` today, `30 Nov, 14:05` before. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso);
  return at.toDateString() === now.toDateString() ? CLOCK.format(at) : DAY.format(at);
}

export function second(iso: string): string {
  return CLOCK_SECONDS.format(new Date(iso));
}

export function bytes(amount: number): string {
  if (amount < 1000) return amount === 1 ? '1 byte' : `${amount} bytes`;
  return amount < 1_000_000 ? `${CREDITS.format(amount / 1000)} kB` : `${CREDITS.format(amount / 1_000_000)} MB`;
}
