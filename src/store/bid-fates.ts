import type { Database } from './database.ts';

/** Why bids didn't win, cycle by cycle where that changed. A part of `bidsTable`. */
export function bidFates(database: Database) {
  const record = database.prepare('INSERT OR IGNORE INTO bid_fates (bid_id, cycle, reason) VALUES (?, ?, ?)');
  const all = database.prepare<[number], { cycle: number; reason: string }>(
    'SELECT cycle, reason FROM bid_fates WHERE bid_id = ? ORDER BY cycle',
  );
  const forget = database.prepare('DELETE FROM bid_fates WHERE cycle < ?');
  return {
    recordFate: (id: number, cycle: number, reason: string): void => void record.run(id, cycle, reason),
    fates: (id: number): readonly { readonly cycle: number; readonly reason: string }[] => all.all(id),
    forgetFatesBefore: (cycle: number): void => void forget.run(cycle),
  };
}
