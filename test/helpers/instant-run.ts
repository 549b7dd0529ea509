import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { thisProcess } from '../../src/platform/this-process.ts';
import type { EnginePort } from '../../src/cli/cli-deps.ts';
import { runCli } from '../../src/cli/program.ts';
import { instantEngine, liveOn, workOn, type Behaviour } from './instant-engine.ts';

const clock = systemClock();
const thisOne = thisProcess(clock);
const busyFile = process.env['BUSY_FILE'];

/** Runs on as long as the test wants. */
const busyThenLiveOn: Behaviour = async (caller, economy) => {
  while (busyFile !== undefined && existsSync(busyFile)) await sleep(50);
  await liveOn(caller, economy);
};

const engine = instantEngine(process.env['WORKS_ON'] === undefined ? busyThenLiveOn : workOn);
const hangs = process.env['HANGS'] !== undefined;

/** Something that must be closed at the end does not close. */
const neverClosing: EnginePort['start'] = async (...asked) => ({
  ...(await engine.start(...asked)),
  close: () => new Promise<void>((resolve) => setTimeout(resolve, 2 ** 31 - 1)),
});

/** The whole command line in a process of its own, with an engine without containers. */
const code = await runCli(
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: { TERM: process.env['TERM'] },
    directory: process.cwd(),
    clock,
    random: systemRandomness(),
    machine: { cores: 2, memoryMb: 4000 },
    version: '0',
    runtimeDirectory: new URL('../../runtime', import.meta.url).pathname,
    calledAs: 'bp-agents',
    pageDirectory: new URL('../../dist/web/page', import.meta.url).pathname,
    engine: hangs ? { ...engine, start: neverClosing } : engine,
    process: thisOne,
    get interrupt() {
      return thisOne.interrupt;
    },
    interruptProcess: (pid) => process.kill(pid, 'SIGTERM'),
  },
  process.argv,
);
await thisOne.exit(code);
