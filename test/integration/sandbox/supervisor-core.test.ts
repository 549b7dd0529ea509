import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { needsCompiler } from '../../helpers/needs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SUPERVISOR = join(ROOT, 'runtime', 'supervisor');
const DRIVER = join(ROOT, 'test', 'supervisor');
/** What of the supervisor knows no descriptor, or does without. */
const CORE = [
  'session',
  'frame',
  'control',
  'outbox',
  'output',
  'channel',
  'ring',
  'meter',
  'processes',
  'cgroup',
  'budget',
];
const FLAGS =
  '-std=gnu17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all';

describe("the core of the supervisor's end of the stream", () => {
  const directory = mkdtempSync(join(tmpdir(), 'bp-core-'));
  const program = join(directory, 'core');

  beforeEach((context) => {
    needsCompiler(context);
    if (existsSync(program)) return;
    const sources = [
      ...CORE.map((name) => join(SUPERVISOR, `${name}.c`)),
      ...readdirSync(DRIVER).flatMap((name) => (name.endsWith('.c') ? [join(DRIVER, name)] : [])),
    ];
    execFileSync('cc', [...FLAGS.split(' '), '-I', SUPERVISOR, '-o', program, ...sources]);
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('says and understands what docs/stream.md shows', () => {
    expect(run('examples', join(ROOT, 'docs', 'stream.md'))).toBe('16 examples\n');
  });

  it.each([1, 2, 3])('gives every byte, holds no more than its windows, and recovers: seed %i', (seed) => {
    expect(run('fuzz', String(seed), '100000')).toMatch(/^1\d{5} frames, /);
  });

  it('counts what vanishes, and nothing twice, where no control group counts the CPU time', () => {
    expect(run('metering')).toBe('');
  });

  it('takes what comes by either pipe of an agent, and knows by which', () => {
    expect(run('printing')).toBe('');
  });

  it('holds no wall time against an agent in which its container was frozen', () => {
    expect(run('freezing')).toBe('');
  });

  function run(...parameters: string[]): string {
    const { stdout, stderr, status } = spawnSync(program, parameters, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }
});
