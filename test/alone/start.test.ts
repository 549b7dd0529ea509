import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuMsOfPrograms } from '../helpers/cpu-of-program.ts';
import { MAIN, programHome, type ProgramHome } from '../helpers/program.ts';

/** Each costs more to load than most commands need for all they do. */
const HEAVY = ['dockerode', 'fastify', 'undici', 'pino', 'gpt-tokenizer', 'zod', 'yaml'];
const ROUNDS = 7;

let home: ProgramHome;
/** It was run, and its file has changed since. */
let edited: ProgramHome;
beforeAll(async () => {
  [home, edited] = [programHome(), programHome(['market.cycle_seconds=0.05'])];
  // What `init` reads, the next commands find as it was read.
  execFileSync(process.execPath, [MAIN, '--home', home.directory, 'init']);
  await edited.run('init');
  expect(await edited.run('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  rmSync(join(edited.directory, '.bp-agents', 'config.cache'), { force: true });
  const file = join(edited.directory, 'bp-agents.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('cycle_seconds: 10', 'cycle_seconds: 20'));
});
afterAll(() => {
  home.close();
  edited.close();
});

const status = ({ directory } = home) => [MAIN, '--home', directory, 'status'];

describe('the start of a command', () => {
  it('costs a small multiple of what Node itself costs', () => {
    const node = [process.execPath];
    const programs = [
      [...node, '-e', '0'],
      [...node, MAIN, '--help'],
      [...node, ...status()],
      [...node, ...status(edited)],
    ];
    const [bare = NaN, help = NaN, shown = NaN, changed = NaN] = cpuMsOfPrograms(programs, ROUNDS);
    expect(help / bare).toBeLessThan(2);
    expect(shown / bare).toBeLessThan(3.5);
    expect(changed / bare).toBeLessThan(3.5);
  });

  it('loads none of the packages that only other commands need', () => {
    expect(packagesOf([MAIN, '--help'])).toEqual(['commander']);
    expect(packagesOf(status()).filter((name) => HEAVY.includes(name))).toEqual([]);
    expect(packagesOf(status(edited)).filter((name) => HEAVY.includes(name))).toEqual([]);
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
