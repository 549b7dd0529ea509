import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GENESIS = new URL('../../runtime/genesis/', import.meta.url).pathname;

/** The interpreter itself: what stands first in the path may be a wrapper that costs more than the program. */
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();

/** A workspace with the Genesis program in it, run by the machine's own `python3`. */
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
    return this.#python(['main.py']);
  };

  /** CPU seconds of one run as the operating system counts them, the interpreter's start included. */
  async cpuSeconds(handshake: Record<string, unknown>): Promise<number> {
    writeFileSync(join(this.dir, 'env.json'), JSON.stringify(handshake));
    const program = [
      'import resource, subprocess, sys',
      'subprocess.run([sys.executable, "main.py"], check=True, stdout=subprocess.DEVNULL)',
      'used = resource.getrusage(resource.RUSAGE_CHILDREN)',
      'print(used.ru_utime + used.ru_stime)',
    ];
    const { log } = await this.#python(['-c', program.join('\n')]);
    return Number(log);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #python(args: readonly string[]): Promise<{ exitCode: number; log: string }> {
    const env = { PATH: process.env['PATH'], HOME: this.dir, BP_ENV: join(this.dir, 'env.json') };
    return new Promise((resolve) => {
      execFile(PYTHON, args, { cwd: this.dir, env, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ exitCode: error ? 1 : 0, log: stdout + stderr });
      });
    });
  }
}
