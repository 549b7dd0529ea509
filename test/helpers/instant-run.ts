import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { runCli } from '../../src/cli/program.ts';
import { instantEngine, liveOn } from './instant-engine.ts';

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
    engine: instantEngine(liveOn),
    interrupt: new AbortController().signal,
    raiseInterrupt: () => undefined,
    interruptProcess: (pid) => process.kill(pid, 'SIGTERM'),
  },
  process.argv,
);
