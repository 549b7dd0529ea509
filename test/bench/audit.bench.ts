/**
 * `audit` of a ledger with 1,000,000 transfers and their bids, executions and messages, against a bare loop that reads
 * the same rows and hashes them. Prints seconds, the ratio and the memory at its peak. Alone it takes a number of transfers.
 */
import { hash } from 'node:crypto';
import SqliteDatabase from 'better-sqlite3';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { openTestEconomy } from '../helpers/economy.ts';
import { fillLedger } from '../helpers/large-ledger.ts';

const transfers = Number(process.argv[2] ?? 1_000_000);
const SECONDS_MAX = 10;

const economy = openTestEconomy();
try {
  fillLedger(economy, transfers);
  const before = process.memoryUsage().rss;
  let peak = before;
  const began = performance.now();
  const report = auditLedger(economy);
  peak = Math.max(peak, process.memoryUsage().rss);
  const seconds = (performance.now() - began) / 1000;
  if (!report.ok) throw new Error(report.first_difference ?? '');
  const bare = readAndHash(economy.databasePath);
  console.log(
    `audit of ${report.transfers} transfers: ${seconds.toFixed(2)} s (at most ${SECONDS_MAX} s), ` +
      `${(seconds / bare).toFixed(2)} × reading and hashing alone (${bare.toFixed(2)} s), ` +
      `${((peak - before) / 1_048_576).toFixed(0)} MB more memory after it than before`,
  );
} finally {
  economy.close();
}

function readAndHash(path: string): number {
  const database = new SqliteDatabase(path, { readonly: true });
  const began = performance.now();
  let head = '0'.repeat(64);
  for (const row of database.prepare<[], unknown[]>('SELECT * FROM transfers ORDER BY id').raw().iterate())
    head = hash('sha3-256', [head, ...row.slice(0, 10)].join('|'), 'hex');
  const seconds = (performance.now() - began) / 1000;
  database.close();
  if (head === '') throw new Error('nothing was hashed');
  return seconds;
}
