#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CliDeps } from './cli/cli-deps.ts';
import { calledAs } from './cli/output/called-as.ts';
import { runCli } from './cli/program.ts';
import { lateEnginePort } from './late-engine-port.ts';
import { measureMachine } from './platform/machine.ts';
import { systemClock } from './platform/system-clock.ts';
import { systemRandomness } from './platform/system-randomness.ts';
import { thisProcess } from './platform/this-process.ts';

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

const clock = systemClock();
const thisOne = thisProcess(clock);
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
  calledAs: calledAs({ script: process.argv[1], environment: process.env, directory: process.cwd() }),
  runtimeDirectory,
  pageDirectory: fileURLToPath(new URL('web/page', import.meta.url)),
  engine: lateEnginePort({
    environment: process.env,
    homeDirectory: homedir(),
    runtimeDirectory,
    clock,
    random: systemRandomness(),
    // Both are 0 where the platform has no users.
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  }),
  process: thisOne,
  interruptProcess: (pid) => void process.kill(pid, 'SIGTERM'),
  get interrupt() {
    return thisOne.interrupt;
  },
};
await thisOne.exit(await runCli(deps, process.argv));
