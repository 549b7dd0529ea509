import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyImage } from './image-copy.ts';

/** An engine of the tests' own, in a folder of its own. */
export interface Daemon {
  readonly socket: string;
  /** As `DOCKER_HOST`. */
  readonly host: string;
  down(): Promise<void>;
}

export interface DaemonOptions {
  /** What becomes the engine; its first argument is the folder. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** In which it answers, at `run/docker.sock`. */
  readonly directory: string;
}

/** Starts it, waits until it answers, and brings it the agent image. */
export async function startDaemon({ script, args = [], environment, directory }: DaemonOptions): Promise<Daemon> {
  const log = join(directory, 'log');
  writeFileSync(log, '', { mode: 0o666 });
  const words = ['-c', 'log=$1/log; exec "$0" "$@" >> "$log" 2>&1', script, directory, ...args];
  const engine = spawn('sh', words, { env: { ...process.env, ...environment }, stdio: 'ignore', detached: true });
  const ended = once(engine, 'exit');
  const socket = join(directory, 'run', 'docker.sock');
  const host = `unix://${socket}`;
  const down = async () => {
    engine.kill();
    await ended;
    spawnSync('umount', ['-R', directory], { stdio: 'ignore' });
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answering(host, ended);
    copyImage(process.env['DOCKER_HOST'], host);
  } catch (error) {
    const told = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
    await down();
    throw new Error(`the engine of ${script} can't be had: ${told}`, { cause: error });
  }
  return { socket, host, down };
}

async function answering(host: string, ended: Promise<unknown>): Promise<void> {
  const env = { ...process.env, DOCKER_HOST: host };
  const isOver = ended.then(() => true);
  const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 200));
  while (spawnSync('docker', ['version'], { env, stdio: 'ignore' }).status !== 0)
    if (await Promise.race([isOver, pause()])) throw new Error('it has ended');
}
