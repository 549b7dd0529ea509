import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logsDirectory, pageDirectory } from '../../../src/config/home-places.ts';
import { findPage } from '../../../src/web/standing.ts';
import { systemRandomness } from '../../../src/platform/system-randomness.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { PageClient } from '../../helpers/page-client.ts';
import { spawnRun, type SpawnedRun } from '../../helpers/spawned-run.ts';

const QUICK = ['market.cycle_seconds=0.2', 'market.supply.cpu_seconds=16'];
const ADDRESS = /^http:\/\/127\.0\.0\.1:(\d+)\/#([\w-]{22})$/;

/** Notes what it was called with and what stands in the file, and asks for the page as the file says. */
const BROWSER = `#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/words"
stat -c %a "$1" >> "$(dirname "$0")/words"
cp "$1" "$(dirname "$0")/copy.html"
rm -f ENTRIES/*
`;

let folder: string;
let home: CliHome;
let runs: SpawnedRun[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp-browser-'));
  home = cliHome({ environment: { BROWSER: join(folder, 'browser') } });
  // That the token is used is seen by its file.
  writeFileSync(join(folder, 'browser'), BROWSER.replace('ENTRIES', join(pageDirectory(home.directory), 'entries')));
  chmodSync(join(folder, 'browser'), 0o700);
  runs = [];
});
afterEach(async () => {
  for (const run of runs) await run.kill();
  home.remove();
  rmSync(folder, { recursive: true });
});

async function startRun(...args: readonly string[]): Promise<SpawnedRun> {
  const run = spawnRun(home.directory, QUICK, args);
  runs.push(run);
  await run.says(/page: |cycle 1 /);
  return run;
}

const printed = async () => (await home.run('open', '--print')).stdout.trim();

describe('run', () => {
  it('says where its page is, without a token where that is not a terminal, and logs none', async () => {
    const run = await startRun();
    await run.says(/page: http:\/\/127\.0\.0\.1:\d+\/ \(bp-agents open opens it\)/);
    const address = await printed();
    expect(address).toMatch(ADDRESS);
    const token = ADDRESS.exec(address)![2]!;
    const client = new PageClient(Number(ADDRESS.exec(address)![1]));
    expect(await client.enter(address)).toMatchObject({ status: 200 });
    expect(await client.enter(address)).toMatchObject({ status: 403 });
    expect(run.output).not.toMatch(/\/#/);
    const logs = readdirSync(logsDirectory(home.directory)).filter((name) => name.endsWith('.log'));
    for (const name of logs)
      expect(readFileSync(join(logsDirectory(home.directory), name), 'utf8')).not.toContain(token);
  });

  it('serves none with --no-web, and open says so', async () => {
    const run = await startRun('--no-web');
    await run.says(/cycle 1 /);
    expect(run.output).not.toMatch(/page: /);
    expect(await home.run('open', '--print')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/serves no page.*--no-web.*\(page_not_served\)/s) as string,
    });
  });

  it('is found again at its port by who was let in, after it was killed', async () => {
    const first = await startRun();
    const address = await printed();
    const client = new PageClient(Number(ADDRESS.exec(address)![1]));
    await client.enter(address);
    await client.openTab();
    expect(await client.ask('/api/now')).toMatchObject({ status: 200 });
    await first.kill();
    await startRun();
    expect(await client.ask('/api/now')).toMatchObject({ status: 403, code: 'no_tab' });
    expect(await client.openTab()).toMatchObject({ status: 200 });
    expect(await client.ask('/api/now')).toMatchObject({ status: 200 });
  });

  it('serves each home at a port of its own', async () => {
    await startRun();
    const other = cliHome();
    const second = spawnRun(other.directory, QUICK);
    runs.push(second);
    await second.says(/page: /);
    // So that its tokens are others: what is drawn here comes from the count of commands.
    await other.run('status');
    const [one, two] = [await printed(), (await other.run('open', '--print')).stdout.trim()];
    expect(ADDRESS.exec(one)![1]).not.toBe(ADDRESS.exec(two)![1]);
    const client = new PageClient(Number(ADDRESS.exec(two)![1]));
    expect(await client.enter(one)).toMatchObject({ code: 'entry_refused' });
    await second.kill();
    other.remove();
  });
});

describe('open', () => {
  it('says what to do where nothing runs', async () => {
    home.open().close();
    expect(await home.run('open')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/nothing runs in this home.*bp-agents run.*bp-agents web/s) as string,
    });
  });

  it('calls the browser with a file that only this user can read, and takes it away once it was used', async () => {
    await startRun();
    expect(await home.run('open')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^opened http/) as string,
    });
    const file = join(pageDirectory(home.directory), 'open.html');
    expect(readFileSync(join(folder, 'words'), 'utf8')).toBe(`${file}\n600\n`);
    expect(readFileSync(join(folder, 'copy.html'), 'utf8')).toMatch(/url=http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}"/);
    expect(existsSync(file)).toBe(false);
  });

  it('says where no browser could be opened', async () => {
    await startRun();
    rmSync(join(folder, 'browser'));
    expect(await home.run('open')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /no browser.*open --print.*ssh -L (\d+):127\.0\.0\.1:\1.*\(no_browser\)/s,
      ) as string,
    });
    writeFileSync(join(folder, 'browser'), '#!/bin/sh\n');
  });

  it('hands no token to who has taken the port of a program that ended', async () => {
    const run = await startRun();
    const port = Number(ADDRESS.exec(await printed())![1]);
    await run.kill();
    const { createServer } = await import('node:http');
    const asked: string[] = [];
    const stranger = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('A'.repeat(43));
    });
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    try {
      expect(await home.run('open')).toMatchObject({ exitCode: 1, stdout: '' });
      expect(asked).toEqual([expect.stringMatching(/^\/api\/proof\?of=/)]);
      await startRun();
      expect(Number(ADDRESS.exec(await printed())![1])).not.toBe(port);
    } finally {
      stranger.close();
    }
  });
});

describe('web', () => {
  it('shows a home in which nothing runs, takes marks alone, and gives its place to a run that begins', async () => {
    home.open().close();
    const web = home.start('web');
    await expect.poll(() => web.output).toMatch(/nothing runs here.*\npage: http/);
    const address = await printed();
    const port = Number(ADDRESS.exec(address)![1]);
    const client = new PageClient(port);
    await client.enter(address);
    await client.openTab();
    expect(JSON.parse((await client.ask('/api/now')).text)).toMatchObject({
      state: 'paused',
      paused: expect.stringContaining('bp-agents run') as string,
    });
    expect(await client.ask('/api/tell', { body: { agent: 'a', text: 'b' } })).toMatchObject({ code: 'no_run' });
    const marks = { interesting: 1, useful: 1, understandable: 1 };
    expect(await client.ask('/api/prompts/prompt_1/score', { body: marks })).toMatchObject({
      code: 'prompt_not_found',
    });
    expect((await home.run('web')).stdout).toMatch(/is served already/);
    await startRun();
    expect(await web.ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/a run has begun/) as string });
    await expect.poll(() => findPage(home.directory, systemRandomness())).toBe(port);
    expect(await client.openTab()).toMatchObject({ status: 200 });
    expect((await home.run('web')).stdout).toMatch(/is served already/);
  });
});

it('keeps what it needs in a folder of this user', async () => {
  await startRun();
  expect(statSync(pageDirectory(home.directory)).mode & 0o777).toBe(0o700);
});
