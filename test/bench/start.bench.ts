/**
 * What the start of the built program costs: CPU seconds of `--help`, of `status`, and of a `status` that has to read the
 * configuration, as multiples of bare Node's in the same run. Prints the least of the rounds, in which they take turns.
 */
import { cpuMsOfPrograms } from '../helpers/cpu-of-program.ts';
import { MAIN, programHome } from '../helpers/program.ts';

const ROUNDS = 15;

const home = programHome();
try {
  await home.run('init');
  await home.run('status');
  const node = process.execPath;
  const status = [node, MAIN, '--home', home.directory, 'status'];
  // Another value each time, in a home of its own, so that it is never the one that was read before.
  const fresh = programHome();
  await fresh.run('init');
  const reading = [
    'bash',
    '-c',
    '"$@" --set market.ttl_seconds=$((RANDOM + 1))',
    'bash',
    ...status.with(3, fresh.directory),
  ];
  const programs = [[node, '-e', '0'], [node, MAIN, '--help'], status, reading];
  const [bare = NaN, ...others] = cpuMsOfPrograms(programs, ROUNDS);
  fresh.close();
  const names = ['--help (at most 2)', 'status (at most 3.5)', 'status that reads the configuration'];
  console.log(`bare Node: ${bare.toFixed(0)} ms of CPU, the least of ${ROUNDS}`);
  for (const [index, ms] of others.entries())
    console.log(`${names[index]}: ${ms.toFixed(0)} ms, ${(ms / bare).toFixed(2)} ×`);
} finally {
  home.close();
}
