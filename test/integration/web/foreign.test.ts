import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';
import { PageClient } from '../../helpers/page-client.ts';
import { serveHome, type ServedHome } from '../../helpers/served-home.ts';

let economy: TestEconomy;
let server: ServedHome;
let client: PageClient;
beforeAll(async () => {
  economy = openTestEconomy();
  server = await serveHome(economy);
  client = new PageClient(server.port);
  await client.enter(server.newEntryAddress());
  await client.openTab();
});
afterAll(async () => {
  await server.close();
  economy.close();
});

const PATHS = ['/', '/app.js', '/api/now', '/api/session', '/api/proof?of=x'];

describe('the name of the host', () => {
  it.each([
    'attacker.example',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.attacker.example:PORT',
    'localhost.attacker.example:PORT',
    'localhost:PORT.attacker.example',
    'localhost:PORT',
    'LOCALHOST:PORT',
    '[::1]:PORT',
    '0.0.0.0:PORT',
    '127.1:PORT',
    '2130706433:PORT',
    '[::]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    'user@127.0.0.1:PORT',
    '127.0.0.1:PORT#',
    '127.0.0.1:0PORT',
    '',
  ])('%j is refused, whoever asks', async (name) => {
    const host = name.replace('PORT', String(server.port));
    for (const path of PATHS)
      expect(await client.ask(path, { headers: { host } })).toMatchObject({ status: 403, code: 'foreign_host' });
  });

  it('is 127.0.0.1 alone: another user may listen at [::1], where a browser looks for localhost first', async () => {
    const host = `127.0.0.1:${server.port}`;
    expect(await client.ask('/api/now', { headers: { host } })).toMatchObject({ status: 200 });
    const elsewhere = new PageClient(server.port, `http://localhost:${server.port}`);
    expect(await elsewhere.enter(server.newEntryAddress())).toMatchObject({ status: 403, code: 'foreign_host' });
  });

  it('stands in every request', async () => {
    const { status } = await client.ask('/', { headers: { host: undefined } }).catch(() => ({ status: 400 }));
    expect([400, 403]).toContain(status);
  });
});

describe('another page', () => {
  it.each([
    'null',
    'http://attacker.example',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://localhost:PORT',
    '',
  ])('of origin %j changes and reads nothing', async (name) => {
    const headers = { origin: name.replace('PORT', String(server.port)) };
    expect(await client.ask('/api/now', { headers })).toMatchObject({ status: 403, code: 'foreign_origin' });
    const marking = await client.ask('/api/prompts/prompt_1/skip', { body: {}, headers });
    expect(marking).toMatchObject({ status: 403, code: 'foreign_origin' });
  });

  it('has to say its origin where it changes something', async () => {
    const headers = { origin: undefined };
    expect(await client.ask('/api/tab', { body: {}, headers })).toMatchObject({ code: 'foreign_origin' });
  });

  it.each(['cross-site', 'same-site', 'none', 'something-new'])('asks nothing of the API as %s', async (site) => {
    const headers = { 'sec-fetch-site': site };
    for (const path of ['/api/now', '/api/challenge', '/api/proof?of=x'])
      expect(await client.ask(path, { headers })).toMatchObject({ status: 403, code: 'foreign_origin' });
  });

  it('may lead to the page by a link, and show no part of it', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(await client.ask('/', { headers: link })).toMatchObject({ status: 200 });
    expect(await client.ask('/api/now', { headers: link })).toMatchObject({ status: 403 });
    const frame = { ...link, 'sec-fetch-dest': 'iframe' };
    expect(await client.ask('/', { headers: frame })).toMatchObject({ status: 403 });
    const script = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    expect(await client.ask('/app.js', { headers: script })).toMatchObject({ status: 403 });
  });

  it('cannot ask first whether it may', async () => {
    const headers = { origin: 'http://attacker.example', 'access-control-request-method': 'POST' };
    const answer = await client.ask('/api/prompts/prompt_1/score', { method: 'OPTIONS', headers });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
