import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli/program.ts';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { dockerCli } from './engine-under-test.ts';
import { inFastTime } from './fast-time.ts';
import { unmountBelow } from './mounted.ts';
import { realDeps } from './real-deps.ts';
import type { Ended } from './within-process.ts';

/** A home whose commands run within this process, on the real engine, with templates of a test's own. */
export interface TemplatedHome {
  run(...args: readonly string[]): Promise<Ended>;
  /** The same, ended by an interrupt as soon as it prints what is looked for. */
  runUntil(said: string, ...args: readonly string[]): Promise<Ended>;
  json<T>(...args: readonly string[]): Promise<T>;
  /** Volumes on the engine in which content of this home lies, or is said to. */
  contentVolumes(): readonly string[];
  /** Containers of this home, ended or not. */
  containers(): readonly string[];
  close(): void;
}

const SETTINGS = inFastTime([
  'market.cycle_seconds=0.5',
  'market.supply.cpu_seconds=16',
  'sandbox.wall_base_seconds=600',
]);

export function templatedHome(runtimeDirectory: string): TemplatedHome {
  const directory = mkdtempSync(join(tmpdir(), 'bp-templated-'));
  const options = ['--home', directory, ...SETTINGS.flatMap((setting) => ['--set', setting])];
  const label = `label=bp-agents.home=${homeLabelOf(realpathSync(directory))}`;
  const listed = (what: string, ...words: readonly string[]) =>
    dockerCli(what, 'ls', '--quiet', ...words, '--filter', label)
      .split('\n')
      .filter(Boolean);

  async function start(args: readonly string[], heard: (text: string, interrupt: () => void) => void): Promise<Ended> {
    const interrupt = new AbortController();
    const printed = { stdout: '', stderr: '' };
    const streamOf = (name: 'stdout' | 'stderr') => {
      const stream = new PassThrough();
      stream.on('data', (chunk: Buffer) => {
        printed[name] += chunk.toString();
        heard(printed[name], () => interrupt.abort(new Error('interrupted')));
      });
      return stream as unknown as NodeJS.WriteStream;
    };
    const streams = { stdout: streamOf('stdout'), stderr: streamOf('stderr') };
    const deps = { ...realDeps(), ...streams, runtimeDirectory, interrupt: interrupt.signal };
    const status = await runCli(deps, ['node', 'bp-agents', ...options, ...args]);
    return { status, ...printed };
  }

  const run = (...args: readonly string[]) => start(args, () => undefined);
  const contentVolumes = () => listed('volume', '--filter', 'label=bp-agents.content');
  return {
    run,
    runUntil: (said, ...args) => start(args, (text, interrupt) => text.includes(said) && interrupt()),
    async json<T>(...args: readonly string[]) {
      const { stdout, stderr } = await run(...args, '--json');
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as T;
    },
    contentVolumes,
    containers: () => listed('container', '--all'),
    close() {
      for (const name of contentVolumes()) dockerCli('volume', 'rm', '--force', name);
      unmountBelow(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
