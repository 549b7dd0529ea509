#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CliDeps } from './cli/cli-deps.ts';
import { runCli } from './cli/program.ts';
import { lateEnginePort } from './late-engine-port.ts';
import { measureMachine } from './platform/machine.ts';
import { systemClock } from './platform/system-clock.ts';
import { systemRandomness } from './platform/system-randomness.ts';

/** A terminal and npm may both pass on one Ctrl-C. */
const SAME_INTERRUPT_MS = 300;

/** How a shell reports a program that ended on Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/**
 * The first interrupt asks the command to end well; the second ends the process at once, and the next start recovers.
 * Nothing is caught before a command asks for the signal, so that all others end on the first one.
 */
function interrupts(): () => AbortSignal {
  const controller = new AbortController();
  let isListening = false;
  let firstAt = 0;
  return () => {
    if (!isListening)
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.on(name, () => {
          if (controller.signal.aborted) {
            if (clock.monotonic() - firstAt > SAME_INTERRUPT_MS) process.exit(EXIT_INTERRUPTED);
            return;
          }
          firstAt = clock.monotonic();
          controller.abort(new Error(`stopped by ${name}`));
        });
    isListening = true;
    return controller.signal;
  };
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

const clock = systemClock();
const interrupt = interrupts();
const runtimeDirectory = fileURLToPath(new URL('../runtime', import.meta.url));
const deps: CliDeps = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  directory: process.cwd(),
  clock,
  random: systemRandomness(),
  machine: measureMachine(),
  version: packageVersion(),
  runtimeDirectory,
  engine: lateEnginePort({
    environment: process.env,
    homeDirectory: homedir(),
    runtimeDirectory,
    clock,
    // Both are 0 where the platform has no users.
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  }),
  raiseInterrupt: () => void process.kill(process.pid, 'SIGINT'),
  interruptProcess: (pid) => void process.kill(pid, 'SIGTERM'),
  get interrupt() {
    return interrupt();
  },
};
process.exitCode = await runCli(deps, process.argv);
