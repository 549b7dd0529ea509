import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'bp-agents-nodes-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** What lines of JavaScript print that import a file of the set-up as `it`. */
function printed(file: string, lines: string): string {
  const source = `import * as it from ${JSON.stringify(join(ROOT, 'runtime', 'setup', file))};\n${lines}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' }).stdout;
}

/** What is made of a Node whose npm and npx are this shell script, which gets what they get. */
function tried(script: string): unknown {
  const release = { version: '99.0.0', npm: '99', folder: join(folder, 'release') };
  mkdirSync(join(release.folder, 'bin'), { recursive: true });
  for (const name of ['npm', 'npx'])
    writeFileSync(join(release.folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const trial = `{ release: ${JSON.stringify(release)}, folder: ${JSON.stringify(folder)}, signal: new AbortController().signal }`;
  const lines = printed('node-trial.mjs', `console.log(JSON.stringify(await it.attemptAll(${trial})));`).trim();
  return JSON.parse(lines.split('\n').at(-1) ?? '');
}

describe('the lines of Node that are tried', () => {
  it('are those that package.json names, and others above them', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } };
    const named = [...engines.node.matchAll(/(\d+)[.\d]*/g)].map((match) => match[1]);
    const lines = printed('nodes.mjs', 'console.log(it.NODE_LINES.join());').trim().split(',');
    expect(lines.map((line) => line.split('.')[0])).toEqual(expect.arrayContaining(named));
    expect(engines.node).toContain(`^${lines[0]} `);
  });

  it('fail as a whole where one can not be had', () => {
    const text = printed('nodes.mjs', `await it.nodes(['none']); console.log('code', process.exitCode);`);
    expect(text).toMatch(/^Node none, "none" is no version of Node: .*\ncode 1$/m);
  });

  it('are tried with the npm that each brings', () => {
    const changes = ['11.9.0', '11.8.0'].map((version) => `* **deps**: upgrade npm to ${version} (npm team)\n`);
    writeFileSync(join(folder, 'CHANGELOG.md'), changes.join(''));
    expect(printed('node-release.mjs', `console.log(it.npmOf(${JSON.stringify(folder)}));`)).toBe('11.9.0\n');
  });
});

describe('what is tried under a Node', () => {
  it('ends where it can not be installed, and tells the last words', () => {
    expect(tried('echo no addon for you; exit 3')).toEqual({
      results: { install: '✗ npm ci ended with 3' },
      failures: ['install: no addon for you'],
    });
  });

  it('goes on where the types are wrong, but not with a build that makes Node warn', () => {
    const build = 'echo "(node:7) [DEP0169] DeprecationWarning: old"';
    const script = `case "$*" in "run types") echo wrong type; exit 2;; "run build") ${build};; esac`;
    expect(tried(script)).toEqual({
      results: { install: 'prebuilt', types: '✗ npm run types ended with 2', build: '✗ failed' },
      failures: ['types: wrong type', 'build: (node:7) [DEP0169] DeprecationWarning: old'],
    });
  });

  it('counts tests, and names those that fail', () => {
    const file = (assertionResults: readonly object[]) =>
      JSON.stringify({ testResults: [{ name: join(folder, 'a.test.ts'), status: 'failed', assertionResults }] });
    const passed = { status: 'passed', fullName: 'a holds', failureMessages: [] };
    const failed = { status: 'failed', fullName: 'b holds', failureMessages: ['Error: it does not'] };
    writeFileSync(join(folder, 'one.json'), file([passed, failed]));
    // The last argument names where the report is to be.
    const script = `case "$*" in *vitest*) for last; do :; done; cp one.json "\${last#*=}"; exit 1;; start*) exit 1;; esac`;
    expect(tried(script)).toMatchObject({
      results: { unit: '✗ 1 passed, 1 failed, 0 skipped', run: '✗ failed' },
      failures: expect.arrayContaining(['integration: a.test.ts: b holds: Error: it does not']) as unknown,
    });
  });
});
