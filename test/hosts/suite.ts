import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './host.ts';

export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const CLONE = join(import.meta.dirname, '..', '..');

/** Runs tests as vitest's arguments choose them; what they print is shown. A file that can't be loaded counts as one failure. */
export async function runSuite(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { clone = CLONE, as = [], shared = tmpdir() }: Pick<Host, 'clone' | 'as' | 'shared'>,
  interrupt: AbortSignal,
): Promise<SuiteResult> {
  const folder = mkdtempSync(join(shared, 'bp-hosts-'));
  // Whoever runs them writes into it.
  chmodSync(folder, 0o777);
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, ...environment };
  const vitest = join(clone, 'node_modules', 'vitest', 'vitest.mjs');
  const [command, ...words] = [...as, process.execPath, vitest, 'run', ...reporters, ...args];
  const child = spawn(command!, words, { cwd: clone, env, stdio: 'inherit' });
  const onInterrupt = () => child.kill();
  interrupt.addEventListener('abort', onInterrupt);
  await once(child, 'exit');
  interrupt.removeEventListener('abort', onInterrupt);
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const statuses = testResults.flatMap(({ status, assertionResults: tests }) =>
      status === 'failed' && tests.every((test) => test.status !== 'failed')
        ? [...tests.map((test) => test.status), 'failed']
        : tests.map((test) => test.status),
    );
    const count = (wanted: string) => statuses.filter((status) => status === wanted).length;
    const [passed, failed] = [count('passed'), count('failed')];
    return { passed, failed, skipped: statuses.length - passed - failed };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
