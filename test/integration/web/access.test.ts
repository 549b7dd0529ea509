import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageDirectory } from '../../../src/config/home-places.ts';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { PageClient, signatureOf } from '../../helpers/page-client.ts';
import { serveHome, type ServedHome } from '../../helpers/served-home.ts';
import { tabText } from '../../../src/web/access/tabs.ts';
import { startWebServer } from '../../../src/web/web-server.ts';

let economy: TestEconomy;
let server: ServedHome;
let client: PageClient;
beforeEach(async () => {
  economy = openTestEconomy();
  server = await serveHome(economy);
  client = new PageClient(server.port);
});
afterEach(async () => {
  await server.close();
  economy.close();
});

/** A browser that was let in, with a tab. */
async function letIn(): Promise<PageClient> {
  await client.enter(server.newEntryAddress());
  await client.openTab();
  return client;
}

describe('a stranger', () => {
  it.each(['/api/now', '/api/events?view=now', '/api/prompts', '/api/nothing'])('reads nothing at %s', async (path) => {
    expect(await client.ask(path)).toMatchObject({ status: 401, code: 'no_session' });
  });

  it('gets the page itself, which holds nothing', async () => {
    const { status, headers, text } = await client.ask('/');
    expect(status).toBe(200);
    expect(text).not.toMatch(/token|genesis/);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
      ) as string,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['a made-up one', 'A'.repeat(22)],
    ['a path', '../sessions/x'],
    ['no text', { $gt: '' }],
  ])('is not let in with %s', async (_name, token) => {
    const answer = await client.ask('/api/session', { body: { token, key: {} } });
    expect(answer).toMatchObject({ status: 403, code: 'entry_refused' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('has to wait for each guess, and of many at once most are not looked at, while a good token is', async () => {
    // Time stands still, so that all come in the same second however slow the machine is.
    const clock = fakeClock();
    await server.close();
    server = await serveHome(economy, { clock });
    client = new PageClient(server.port);
    let answered = 0;
    const guess = async () => {
      const { code } = await client.ask('/api/session', { body: { token: 'B'.repeat(22), key: {} } });
      answered++;
      return code;
    };
    const guesses = Promise.all(Array.from({ length: 40 }, guess));
    const entered = await new PageClient(server.port).enter(server.newEntryAddress());
    expect(entered.status).toBe(200);
    await expect.poll(() => [answered, clock.sleepers]).toEqual([32, 8]);
    clock.advance(1000);
    const codes = await guesses;
    expect(codes.filter((code) => code === 'entry_refused')).toHaveLength(8);
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(32);
  });
});

describe('a token', () => {
  it('lets one browser in, once', async () => {
    const address = server.newEntryAddress();
    expect(await client.enter(address)).toMatchObject({ status: 200 });
    expect(await new PageClient(server.port).enter(address)).toMatchObject({ status: 403, code: 'entry_refused' });
  });

  it('lets one in of several who come at the same moment', async () => {
    const address = server.newEntryAddress();
    const answers = await Promise.all(Array.from({ length: 6 }, () => new PageClient(server.port).enter(address)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is used up by who gives no key', async () => {
    const address = server.newEntryAddress();
    const token = new URL(address).hash.slice(1);
    expect(await client.ask('/api/session', { body: { token, key: { x: 'x', y: 'y' } } })).toMatchObject({
      status: 400,
      code: 'invalid_value',
    });
    expect(await client.enter(address)).toMatchObject({ code: 'entry_refused' });
  });

  it('is too old after a quarter of an hour', async () => {
    const clock = fakeClock();
    await server.close();
    server = await serveHome(economy, { clock });
    client = new PageClient(server.port);
    const [early, late] = [server.newEntryAddress(), server.newEntryAddress()];
    clock.advance(14 * 60_000);
    expect(await client.enter(early)).toMatchObject({ status: 200 });
    clock.advance(2 * 60_000);
    const refused = client.enter(late);
    await expect.poll(() => clock.sleepers).toBe(1);
    clock.advance(1000);
    expect(await refused).toMatchObject({ code: 'entry_refused' });
  });

  it('of many that nobody used leaves only the newest', async () => {
    const addresses = Array.from({ length: 20 }, () => server.newEntryAddress());
    expect(await readdir(join(pageDirectory(economy.home), 'entries'))).toHaveLength(16);
    expect(await client.enter(addresses.at(-1)!)).toMatchObject({ status: 200 });
  });
});

describe('a session', () => {
  it('has a cookie that scripts and other sites do not get, named by its home', async () => {
    const { headers } = await client.enter(server.newEntryAddress());
    const [cookie = ''] = headers['set-cookie'] as string[];
    expect(cookie).toMatch(/^bp-agents-[0-9a-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  });

  it('is worth nothing by its cookie alone, which every port of this machine is sent', async () => {
    await letIn();
    client.tab = undefined;
    for (const request of [client.ask('/api/now'), client.ask('/api/prompts/prompt_1/score', { body: {} })])
      expect(await request).toMatchObject({ status: 403, code: 'no_tab' });
    expect(await new PageClient(server.port).ask('/api/now', { headers: { cookie: client.cookie } })).toMatchObject({
      code: 'no_tab',
    });
  });

  it('gives no tab to who has the cookie and not the key', async () => {
    await letIn();
    const thief = new PageClient(server.port);
    thief.cookie = client.cookie;
    expect(await thief.openTab()).toMatchObject({ status: 403, code: 'no_tab' });
    const challenge = `1.${'A'.repeat(43)}.${'A'.repeat(43)}`;
    const signature = signatureOf(tabText(client.origin, challenge), client.privateKey);
    expect(await client.ask('/api/tab', { body: { challenge, signature } })).toMatchObject({ code: 'no_tab' });
  });

  it('does not take what its browser signed for another port', async () => {
    await letIn();
    expect(await client.openTab({ origin: `http://127.0.0.1:${server.port + 1}` })).toMatchObject({ code: 'no_tab' });
  });

  it('does not take the tab of another session, nor its own after the program began anew', async () => {
    await letIn();
    const other = new PageClient(server.port);
    await other.enter(server.newEntryAddress());
    other.tab = client.tab;
    expect(await other.ask('/api/now')).toMatchObject({ code: 'no_tab' });
    await server.close();
    const { port } = server;
    server = await serveHome(economy);
    expect(server.port).toBe(port);
    expect(await client.ask('/api/now')).toMatchObject({ status: 403, code: 'no_tab' });
    expect(await client.openTab()).toMatchObject({ status: 200 });
    expect(await client.ask('/api/now')).toMatchObject({ status: 200 });
  });

  it('is void on another port', async () => {
    await letIn();
    await server.close();
    // Whoever has the port now.
    const squatter = await serveHome(economy);
    server = await serveHome(economy);
    expect(server.port).not.toBe(squatter.port);
    const moved = new PageClient(server.port);
    moved.cookie = client.cookie;
    expect(await moved.ask('/api/now')).toMatchObject({ status: 401, code: 'no_session' });
    await squatter.close();
  });

  it('ends after a month in which nobody came', async () => {
    const clock = fakeClock();
    await server.close();
    server = await serveHome(economy, { clock });
    client = new PageClient(server.port);
    await letIn();
    clock.advance(29 * 24 * 3_600_000);
    expect(await client.openTab()).toMatchObject({ status: 200 });
    clock.advance(31 * 24 * 3_600_000);
    expect(await client.openTab()).toMatchObject({ status: 401, code: 'no_session' });
  });

  it('ends, too, where the clock was years ahead when it was made', async () => {
    const clock = fakeClock();
    await server.close();
    const ahead = { ...clock, now: () => clock.now() + 2 * 365 * 24 * 3_600_000 };
    server = await serveHome(economy, { clock: ahead });
    client = new PageClient(server.port);
    await letIn();
    await server.close();
    server = await serveHome(economy, { clock });
    expect(await client.openTab()).toMatchObject({ status: 401, code: 'no_session' });
  });

  it('is found beside cookies of its name that another port has set', async () => {
    await letIn();
    const own = client.cookie!;
    const [name = ''] = own.split('=');
    const planted = ['x', '', 'A'.repeat(43), '../entries'].map((value) => `${name}=${value}`);
    client.cookie = [...planted, own, ...planted].join('; ');
    const opened = await client.openTab();
    expect(opened.status).toBe(200);
    expect(String(opened.headers['set-cookie'])).toContain(`${own};`);
    expect(await client.ask('/api/now')).toMatchObject({ status: 200 });
  });

  it('of another home is another one, though a browser sends both cookies to both', async () => {
    await letIn();
    const secondEconomy = openTestEconomy();
    const second = await serveHome(secondEconomy);
    try {
      const there = new PageClient(second.port);
      await there.enter(second.newEntryAddress());
      const both = `${client.cookie}; ${there.cookie}`;
      client.cookie = there.cookie = both;
      expect(await client.ask('/api/now')).toMatchObject({ status: 200 });
      expect(await there.openTab()).toMatchObject({ status: 200 });
      expect(await there.ask('/api/now')).toMatchObject({ status: 200 });
    } finally {
      await second.close();
      secondEconomy.close();
    }
  });
});

describe('who may', () => {
  it('is asked by what will answer, however the address is written', async () => {
    await server.close();
    const metrics = { token: 'T'.repeat(43), contentType: 'text/plain', text: () => Promise.resolve('numbers') };
    server = await serveHome(economy, { metrics });
    client = new PageClient(server.port);
    await letIn();
    const written = ['/metrics', '/%6detrics', '/metrics#', '/metrics?x', 'http://elsewhere.example/metrics'];
    for (const path of written) expect(await client.ask(path)).toMatchObject({ code: 'no_metrics_token' });
    const scraper = new PageClient(server.port);
    const headers = { authorization: `Bearer ${metrics.token}` };
    expect(await scraper.ask('/metrics', { headers })).toMatchObject({ status: 200, text: 'numbers' });
    for (const path of ['/api/now', '/%61pi/now', '/api/now#', '/metrics/../api/now', '/api/nothing'])
      expect(await scraper.ask(path, { headers })).toMatchObject({ status: 401, code: 'no_session' });
  });

  it('is refused without a line in the log where it is no question of ours', async () => {
    await letIn();
    expect(await client.ask('/api/now', { method: 'QUERY' })).toMatchObject({ status: 400, code: 'malformed_request' });
    expect(server.logged).toEqual([]);
  });
});

describe('what is kept', () => {
  it('has a page that is found, or none at all', async () => {
    await server.close();
    const standing = join(pageDirectory(economy.home), 'standing.json');
    rmSync(standing);
    mkdirSync(standing);
    await expect(startWebServer(server.deps, server.port)).rejects.toThrow('EISDIR');
    await expect(client.ask('/')).rejects.toThrow('ECONNREFUSED');
    rmdirSync(standing);
    server = await serveHome(economy);
  });

  it('lets nobody in who reads it, and only this user can', async () => {
    const address = server.newEntryAddress();
    await letIn();
    const folder = pageDirectory(economy.home);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    const secrets = [new URL(address).hash.slice(1), client.cookie!.split('=')[1]!, client.tab!];
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const text = `${name} ${await readFile(path, 'utf8')}`;
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
    expect(server.logged.join('\n')).not.toMatch(new RegExp(secrets.join('|')));
  });
});
