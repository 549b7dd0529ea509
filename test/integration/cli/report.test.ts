import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportData } from '../../../src/operator/report/report-data.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { plant } from '../../helpers/planted-economy.ts';

let home: CliHome;
beforeEach(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy, {
    title: 'T1tle <b>',
    content: 'C0ntent',
    memo: 'M3mo',
    message: 'M3ssage',
    reason: 'R3ason',
    request: 'R3quest',
  });
  economy.close();
});
afterEach(() => home.remove());

const path = (name: string) => join(home.directory, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

/** What a report shows. */
function dataOf(html: string): ReportData {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as ReportData;
}

describe('report', () => {
  it('writes one file that shows what the economy is and came to', async () => {
    const { exitCode, stdout } = await home.run('report', '--out', path('report.html'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/report\.html: [\d,]+ bytes/);
    const data = dataOf(read('report.html'));
    expect(data.agents).toEqual({ alive: 2, dormant: 0, dead: 0 });
    expect(data.richest.map(({ id }) => id).toSorted()).toEqual(['genesis', 'other']);
    expect(data.marks).toMatchObject([{ prompts: 1, interesting: 7, useful: 8, understandable: 9 }]);
    expect(data.slots.lineages).toEqual([{ lineage: 'genesis', slots: 2 }]);
    expect(data.receipts).toMatchObject({ executions: 2, agents: [{ agent_id: 'genesis', executions: 2 }] });
    expect(data.family.agents.map(([id, parent]) => [id, parent])).toEqual([
      ['genesis', null],
      ['other', null],
    ]);
    expect(data.balances[0]?.balance.at(-1)?.balance).toBe(
      (data.richest[0]?.available ?? 0) + (data.richest[0]?.pending ?? 0),
    );
    expect(data.market.cycles.length).toBe(data.cycle);
  });

  it('holds no text that an agent or the operator wrote, and asks no address', async () => {
    await home.run('report', '--out', path('report.html'));
    const html = read('report.html');
    expect(html).not.toMatch(/T1tle|C0ntent|M3mo|M3ssage|R3ason|R3quest/);
    expect(html).not.toMatch(/\b(src|href|action)=["']?(https?:)?\/\//);
    expect(html).toContain(`default-src 'none'`);
    expect(html).not.toContain('unsafe-inline');
  });

  it('can be read by its owner alone, and replaces an older one', async () => {
    const answer = await home.json<{ file: string; bytes: number }>('report', '--out', path('report.html'));
    expect(answer).toMatchObject({ file: path('report.html'), bytes: statSync(path('report.html')).size });
    expect(statSync(path('report.html')).mode & 0o777).toBe(0o600);
    expect((await home.run('report', '--out', path('report.html'))).exitCode).toBe(0);
    expect(readdirSync(home.directory).filter((name) => name.startsWith('report.html'))).toEqual(['report.html']);
  });

  it('replaces no link, device or pipe, as /dev/stdout and /dev/null are', async () => {
    writeFileSync(path('target'), 'mine');
    symlinkSync(path('target'), path('link'));
    symlinkSync('/proc/self/fd/1', path('stdout'));
    execFileSync('mkfifo', [path('pipe')]);
    for (const name of ['link', 'stdout', 'pipe']) {
      const there = lstatSync(path(name));
      const { exitCode, stderr } = await home.run('report', '--out', path(name));
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining('not a plain file') as string,
      });
      expect(lstatSync(path(name)).ino).toBe(there.ino);
    }
    expect(read('target')).toBe('mine');
  });

  it('says in a line what is in its way', async () => {
    mkdirSync(path('folder'));
    for (const out of [path('folder'), path('nowhere/report.html'), ' ']) {
      const { exitCode, stderr } = await home.run('report', '--out', out);
      expect(exitCode).not.toBe(0);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      expect(stderr).not.toContain('    at ');
    }
    expect(existsSync(path('nowhere'))).toBe(false);
  });
});
