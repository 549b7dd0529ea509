import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needsArm64Tools } from '../helpers/needs.ts';
import { removeSupervised, runSupervised, supervise, type SupervisedOptions } from '../helpers/supervised.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SUPERVISOR = join(ROOT, 'runtime', 'supervisor');
const IDENTITY = join(ROOT, 'runtime', 'identity');
const DRIVER = join(ROOT, 'test', 'supervisor');
/** Those that `test/integration/sandbox/supervisor-core.test.ts` drives on this machine's own processor. */
const CORE = ['session', 'frame', 'control', 'outbox', 'output', 'channel', 'ring'];
const CC = 'aarch64-linux-gnu-gcc';
const QEMU = 'qemu-aarch64-static';

let directory: string;

beforeEach(needsArm64Tools);
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-arm64-'));
  chmodSync(directory, 0o755);
});
afterEach(removeSupervised);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The header of what was made, as `file` would read it. */
function machineOf(path: string): string {
  return execFileSync('aarch64-linux-gnu-readelf', ['--file-header', path], { encoding: 'utf8' });
}

/** Makes it in a copy, so that no program of another machine stays among the sources. */
function make(source: string, product: string): string {
  const copy = mkdtempSync(join(directory, 'make-'));
  for (const name of readdirSync(source).filter((one) => /\.[ch]$|^Makefile$/.test(one)))
    copyFileSync(join(source, name), join(copy, name));
  execFileSync('make', ['--silent', '-C', copy, `CC=${CC}`]);
  return join(copy, product);
}

describe('for arm64', () => {
  it('the module that names an agent compiles without a warning', () => {
    expect(machineOf(make(IDENTITY, 'libnss_bp.so.2'))).toMatch(/Machine:\s+AArch64/);
  });

  describe('the core of the supervisor', () => {
    let program: string;
    beforeAll(() => {
      if (spawnSync(CC, ['--version']).status !== 0) return;
      program = join(directory, 'core');
      const drivers = readdirSync(DRIVER).filter((name) => name.endsWith('.c'));
      const sources = [
        ...CORE.map((name) => join(SUPERVISOR, `${name}.c`)),
        ...drivers.map((name) => join(DRIVER, name)),
      ];
      const flags = ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-static', '-Wall', '-Wextra', '-Werror'];
      execFileSync(CC, [...flags, '-I', SUPERVISOR, '-o', program, ...sources]);
    });

    it.each([
      [['examples', join(ROOT, 'docs', 'stream.md')], /^15 examples\n$/],
      [['fuzz', '1', '20000'], /^2\d{4} frames, /],
    ])('does what it does elsewhere: %j', (parameters, said) => {
      const { stdout, stderr, status } = spawnSync(QEMU, [program, ...parameters], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(said);
    });
  });

  describe('the supervisor, emulated in the agent image', () => {
    let emulated: SupervisedOptions;
    beforeAll(() => {
      if (spawnSync(CC, ['--version']).status !== 0) return;
      const place = join(directory, 'emulated');
      mkdirSync(place);
      copyFileSync(make(SUPERVISOR, 'bp-supervisor'), join(place, 'bp-supervisor'));
      copyFileSync(execFileSync('which', [QEMU], { encoding: 'utf8' }).trim(), join(place, 'qemu'));
      expect(machineOf(join(place, 'bp-supervisor'))).toMatch(/Machine:\s+AArch64/);
      emulated = {
        entrypoint: ['/emulated/qemu', '/emulated/bp-supervisor'],
        binds: [`${place}:/emulated:ro`],
        memoryMb: 256,
      };
    });

    it('runs an agent to its end and reports what it used', async () => {
      const { ended, output } = await runSupervised({ ...emulated, files: { 'main.py': 'print("hello")' } });
      expect(output).toBe('hello\n');
      expect(ended).toMatchObject({ cause: 'exited', exit_code: 0, tree_empty: true });
      expect(ended['cpu_us']).toBeGreaterThan(1000);
    });

    it('ends an agent whose CPU time is spent, with all that it has started', async () => {
      const files = { 'main!': '#!/bin/sh\nwhile :; do :; done &\nwhile :; do :; done\n' };
      const { ended } = await runSupervised({ ...emulated, files, cpuMs: 500 });
      expect(ended).toMatchObject({ cause: 'cpu_budget', tree_empty: true });
    });

    it("carries an agent's connection to the program", async () => {
      const supervised = await supervise({
        ...emulated,
        files: { 'main!': '#!/bin/sh\ncurl --silent http://127.0.0.1:8080/\n' },
        serve: (connection) => void connection.once('data', () => connection.end('HTTP/1.0 200 OK\r\n\r\nserved\n')),
      });
      await supervised.line('ready');
      supervised.say('go');
      expect(await supervised.line('ended')).toMatchObject({ cause: 'exited', exit_code: 0 });
      expect(supervised.output()).toBe('served\n');
    });
  });
});
