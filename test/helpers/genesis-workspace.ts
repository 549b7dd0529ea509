import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PYTHON, runForked } from './forking-python.ts';

const GENESIS = new URL('../../runtime/genesis/', import.meta.url).pathname;

/** A workspace with the Genesis program in it, run by the machine's own `python3`: each time in a fork of one. */
export class GenesisWorkspace {
  readonly dir = mkdtempSync(join(tmpdir(), 'genesis-'));

  constructor() {
    cpSync(GENESIS, this.dir, { recursive: true });
  }

  get memoryPath(): string {
    return join(this.dir, 'memory.json');
  }

  readMemory(): Record<string, unknown> {
    return JSON.parse(readFileSync(this.memoryPath, 'utf8')) as Record<string, unknown>;
  }

  run = async (handshake: Record<string, unknown>): Promise<{ exitCode: number; log: string }> => {
    writeFileSync(join(this.dir, 'env.json'), JSON.stringify(handshake));
    return runForked(GENESIS, this.dir, this.#environment);
  };

  /** CPU seconds of one run in an interpreter of its own, as the operating system counts them, its start included. */
  async cpuSeconds(handshake: Record<string, unknown>): Promise<number> {
    writeFileSync(join(this.dir, 'env.json'), JSON.stringify(handshake));
    const program = [
      'import resource, subprocess, sys',
      'subprocess.run([sys.executable, "main.py"], check=True, stdout=subprocess.DEVNULL)',
      'used = resource.getrusage(resource.RUSAGE_CHILDREN)',
      'print(used.ru_utime + used.ru_stime)',
    ];
    const run = promisify(execFile);
    const { stdout } = await run(PYTHON, ['-c', program.join('\n')], { cwd: this.dir, env: this.#environment });
    return Number(stdout);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  get #environment() {
    return { PATH: process.env['PATH'], HOME: this.dir, BP_ENV: join(this.dir, 'env.json') };
  }
}
