import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { INSTANT_RUN } from '../../helpers/spawned-run.ts';

/** Node finds no package of OpenTelemetry, as where none was installed. */
const HOOKS = `export async function resolve(name, context, next) {
  if (!name.startsWith('@opentelemetry/')) return next(name, context);
  throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
const asModule = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
const WITHOUT = asModule(`import { register } from 'node:module'; register(${JSON.stringify(asModule(HOOKS))});`);

const home = mkdtempSync(join(tmpdir(), 'bp-missing-'));
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('a run whose traces need packages that are not there says in one line how to get them, and goes on', async () => {
  const set = ['market.cycle_seconds=0.05', 'traces.endpoint=http://127.0.0.1:4318'].flatMap((one) => ['--set', one]);
  const args = [
    '--import',
    WITHOUT,
    INSTANT_RUN,
    '--home',
    home,
    'run',
    '--headless',
    '--no-web',
    '--cycles',
    '2',
    ...set,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const lines = stdout.split('\n').filter((line) => line.includes('OpenTelemetry'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/is not installed: npm install @opentelemetry\/api@1\.9 .*sdk-trace-node@2\.12$/);
  expect(stdout).toContain('ended after cycle 2');
});
