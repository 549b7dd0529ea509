import { execFileSync } from 'node:child_process';

/**
 * Milliseconds of CPU of each program from its start to its end, as the system counts them: the least of several rounds
 * in which they take turns. For comparing figures of one run.
 */
export function cpuMsOfPrograms(programs: readonly (readonly string[])[], rounds: number): readonly number[] {
  const least = programs.map(() => Infinity);
  for (let round = 0; round < rounds; round++)
    for (const [index, program] of programs.entries()) least[index] = Math.min(least[index]!, cpuMsOf(program));
  return least;
}

/** What `times` tells of the shell's children: its second line, such as `0m0.120s 0m0.031s`. */
function cpuMsOf(program: readonly string[]): number {
  const script = '"$@" > /dev/null || exit 1; times';
  const said = execFileSync('bash', ['-c', script, 'bash', ...program], {
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [user = NaN, system = NaN] = [...(said.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000,
  );
  return user + system;
}
