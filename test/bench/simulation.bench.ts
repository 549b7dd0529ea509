/**
 * The simulation against a bare better-sqlite3 loop that makes the same row changes in the same transactions, on a
 * database in memory with the same tables and indexes: no triggers, no hashes, no reads, no orchestrator, no auditor.
 * `npm run bench -- simulation`; alone it takes a number of cycles and seeds.
 */
import SqliteDatabase from 'better-sqlite3';
import { simulate } from '../../src/simulation/simulation.ts';
import { recordWrites, type Recording } from '../helpers/write-recorder.ts';

const ROUNDS = 3;

const [cycles = '2000', ...given] = process.argv.slice(2);
const ratios: number[] = [];
for (const seed of given.length > 0 ? given : ['one', 'two', 'three', 'four', 'five']) {
  const recording = await recordWrites(() => simulate({ seed, cycles: Number(cycles) }).then(() => undefined));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ bare: replay(recording), whole: await simulated(seed) });
  const bare = median(rounds.map((round) => round.bare));
  const seconds = median(rounds.map(({ whole }) => whole.seconds));
  const { cycle, executions } = rounds[0]!.whole.report;
  const changes = recording.transactions.reduce((sum, { length }) => sum + length, 0);
  ratios.push(bare / seconds);
  console.log(
    `seed ${seed}: ${cycle} cycles, ${(executions / cycle).toFixed(2)} executions a cycle, ` +
      `${recording.transactions.length} transactions, ${changes} row changes\n` +
      `  simulated in ${seconds.toFixed(2)} s (${Math.round(cycle / seconds)} cycles/s), ` +
      `bare in ${bare.toFixed(2)} s: ${(bare / seconds).toFixed(3)} of the bare rate`,
  );
}
console.log(`median: ${median(ratios).toFixed(3)} of the bare rate (must be at least 0.25)`);

async function simulated(seed: string) {
  const began = performance.now();
  const report = await simulate({ seed, cycles: Number(cycles) });
  if (report.finding) throw new Error(report.finding.detail);
  return { seconds: (performance.now() - began) / 1000, report };
}

/** Seconds for the recorded writes alone. */
function replay({ schema, rows, transactions }: Recording): number {
  const database = new SqliteDatabase(':memory:');
  for (const sql of schema) database.exec(sql);
  database.pragma('foreign_keys = OFF');
  for (const { sql, values } of rows) database.prepare(sql).run(...values);
  database.pragma('foreign_keys = ON');
  const statements = new Map<string, SqliteDatabase.Statement>();
  const began = performance.now();
  for (const writes of transactions) {
    database.exec('BEGIN IMMEDIATE');
    for (const { sql, values } of writes) {
      let statement = statements.get(sql);
      if (!statement) statements.set(sql, (statement = database.prepare(sql)));
      statement.run(...values);
    }
    database.exec('COMMIT');
  }
  const seconds = (performance.now() - began) / 1000;
  database.close();
  return seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
