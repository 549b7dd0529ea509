import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from '../../src/platform/finding.ts';
import type { Host } from './host.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
const PREFIX = 'limit_';

/** What `doctor` says of each limit there: `hard`, `watched` or `missing`, and of all the rest, whether it is well. */
export async function limitsThere({
  environment,
  as = [],
  shared = tmpdir(),
}: Host): Promise<ReadonlyMap<string, string>> {
  const home = mkdtempSync(join(shared, 'bp-hosts-'));
  chmodSync(home, 0o777);
  try {
    const findings = JSON.parse(await doctor(home, environment, as)) as { readonly findings: readonly Finding[] };
    const limits = findings.findings.filter(({ name }) => name.startsWith(PREFIX));
    return new Map(limits.map(({ name, detail }) => [name.slice(PREFIX.length), /^\w+/.exec(detail)?.[0] ?? detail]));
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** It exits with 1 where something isn't well, and has told all the same. */
async function doctor(
  home: string,
  environment: Readonly<Record<string, string>>,
  as: readonly string[],
): Promise<string> {
  const env = { ...process.env, ...environment };
  try {
    const [command, ...words] = [...as, process.execPath, MAIN, '--home', home, 'doctor', '--json'];
    const { stdout } = await promisify(execFile)(command, words, { env });
    return stdout;
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (!stdout) throw error;
    return stdout;
  }
}
