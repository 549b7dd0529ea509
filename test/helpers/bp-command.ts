import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartingExecution } from '../../src/economy/executions/start-execution.ts';
import type { TestAgent } from './service-client.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'runtime', 'bp');
const FLAGS =
  '-std=gnu17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all';

/** The command `bp`, compiled with what finds wrong accesses. */
export interface BpProgram {
  readonly path: string;
}

let compiled: BpProgram | undefined;

/** Once for all files of tests that share a process. */
export function compileBp(): BpProgram {
  if (compiled) return compiled;
  const directory = mkdtempSync(join(tmpdir(), 'bp-command-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'bp');
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  execFileSync('cc', [...FLAGS.split(' '), '-o', path, ...sources.map((name) => join(SOURCES, name))]);
  compiled = { path };
  return compiled;
}

export interface BpResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BpOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `bp` as one execution has it. */
export interface BpShell {
  /** Its workspace. */
  readonly directory: string;
  run(parameters: readonly string[], options?: BpOptions): Promise<BpResult>;
  /** What it prints; rejects with what it says where it fails. */
  ask(...parameters: readonly string[]): Promise<string>;
  close(): void;
}

/** Gives `bp` the handshake and the way to the service that an execution has. */
export async function bpShell(
  program: BpProgram,
  agent: Pick<TestAgent, 'socketPath' | 'token'>,
  handshake: StartingExecution['handshake'],
): Promise<BpShell> {
  const directory = mkdtempSync(join(tmpdir(), 'bp-shell-'));
  const environmentFile = join(directory, 'env.json');
  writeFileSync(environmentFile, handshake);
  // Agents reach the service by TCP.
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ path: agent.socketPath, allowHalfOpen: true });
    for (const socket of [incoming, outgoing])
      socket.on('error', () => void [incoming, outgoing].map((one) => one.destroy()));
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const environment = {
    ASAN_OPTIONS: 'detect_leaks=0',
    BP_ENV: environmentFile,
    BP_SERVICE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    BP_EXECUTION_TOKEN: agent.token,
  };
  const run: BpShell['run'] = (parameters, options = {}) =>
    runBp(program, parameters, { ...options, environment: { ...environment, ...options.environment }, directory });
  return {
    directory,
    run,
    async ask(...parameters) {
      const { status, stdout, stderr } = await run(parameters);
      if (status !== 0 || stderr !== '') throw new Error(`bp ${parameters.join(' ')}: ${status}: ${stderr}`);
      return stdout;
    },
    close() {
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export function runBp(
  { path }: BpProgram,
  parameters: readonly string[],
  { input = '', environment = {}, directory }: BpOptions & { readonly directory?: string },
): Promise<BpResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, parameters, { cwd: directory, env: environment });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...output }));
    // It need not read what it is given.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
