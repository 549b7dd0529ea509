import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { runCli } from '../../src/cli/program.ts';
import { instantEngine, liveOn, type Behaviour } from './instant-engine.ts';

const interrupt = new AbortController();
process.on('SIGTERM', () => {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort(new Error('stopped by SIGTERM'));
});

const busyFile = process.env['BUSY_FILE'];

/** Runs on as long as the test wants. */
const busyThenLiveOn: Behaviour = async (caller, economy) => {
  while (busyFile !== undefined && existsSync(busyFile)) await sleep(50);
  await liveOn(caller, economy);
};

/** The whole command line in a process of its own, with an engine without containers. */
process.exitCode = await runCli(
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: {},
    directory: process.cwd(),
    clock: systemClock(),
    random: systemRandomness(),
    machine: { cores: 2, memoryMb: 4000 },
    version: '0',
    runtimeDirectory: new URL('../../runtime', import.meta.url).pathname,
    engine: instantEngine(busyThenLiveOn),
    interrupt: interrupt.signal,
    raiseInterrupt: () => undefined,
    interruptProcess: (pid) => process.kill(pid, 'SIGTERM'),
  },
  process.argv,
);
