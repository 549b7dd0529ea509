import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuMsOfPrograms } from '../helpers/cpu-of-program.ts';
import { MAIN, programHome, type ProgramHome } from '../helpers/program.ts';

/** Each costs more to load than most commands need for all they do. */
const HEAVY = ['dockerode', 'fastify', 'undici', 'pino', 'gpt-tokenizer', 'inquirer', 'zod', 'yaml'];
const ROUNDS = 7;

let home: ProgramHome;
beforeAll(async () => {
  home = programHome();
  await home.run('init');
  // The first command reads the configuration, which the next ones find as it was read.
  await home.run('status');
});
afterAll(() => home.close());

const status = () => [MAIN, '--home', home.directory, 'status'];

describe('the start of a command', () => {
  it('costs a small multiple of what Node itself costs', () => {
    const node = [process.execPath];
    const programs = [
      [...node, '-e', '0'],
      [...node, MAIN, '--help'],
      [...node, ...status()],
    ];
    const [bare = NaN, help = NaN, shown = NaN] = cpuMsOfPrograms(programs, ROUNDS);
    expect(help / bare).toBeLessThan(2);
    expect(shown / bare).toBeLessThan(3.5);
  });

  it('loads none of the packages that only other commands need', () => {
    expect(packagesOf([MAIN, '--help'])).toEqual(['commander']);
    expect(packagesOf(status()).filter((name) => HEAVY.includes(name))).toEqual([]);
    expect(packagesOf([MAIN, 'doctor', '--help']).filter((name) => HEAVY.includes(name))).toEqual([]);
  });
});

/** The packages whose files V8 has seen when the program ends. */
function packagesOf(program: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bp-loaded-'));
  try {
    execFileSync(process.execPath, program, { env: { ...process.env, NODE_V8_COVERAGE: folder }, stdio: 'ignore' });
    const scripts = readdirSync(folder).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
      return result.map(({ url }) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
    });
    return [...new Set(scripts.filter((name) => name !== undefined))].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
