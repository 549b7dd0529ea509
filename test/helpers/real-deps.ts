import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CliDeps } from '../../src/cli/cli-deps.ts';
import { lateEnginePort } from '../../src/late-engine-port.ts';
import { measureMachine } from '../../src/platform/machine.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';

const ROOT = new URL('../..', import.meta.url);

/** What `main.ts` passes, but for the signals of this process, which are not the program's. */
export function realDeps(): CliDeps {
  const clock = systemClock();
  const runtimeDirectory = fileURLToPath(new URL('runtime', ROOT));
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  return {
    ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    ...{ environment: process.env, directory: process.cwd(), clock, random: systemRandomness() },
    ...{
      machine: measureMachine(),
      version,
      runtimeDirectory,
      calledAs: 'bp-agents',
      pageDirectory: fileURLToPath(new URL('dist/web/page', ROOT)),
    },
    engine: lateEnginePort({
      ...{ environment: process.env, homeDirectory: homedir(), runtimeDirectory, clock },
      ...{ random: systemRandomness(), uid: process.getuid!(), gid: process.getgid!() },
    }),
    interrupt: new AbortController().signal,
    process: {
      raiseInterrupt: () => undefined,
      exitWithin: () => undefined,
      killWithin: () => undefined,
      onExit: () => () => undefined,
      suspend: () => undefined,
      onContinued: () => () => undefined,
      isInForeground: () => true,
    },
    interruptProcess: (pid) => void process.kill(pid, 'SIGTERM'),
  };
}
