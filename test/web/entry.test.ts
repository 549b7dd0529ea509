import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, visit } from '../helpers/browser.ts';
import { openTestEconomy, type TestEconomy } from '../helpers/economy.ts';
import { plant } from '../helpers/planted-economy.ts';
import { serveHome, type ServedHome } from '../helpers/served-home.ts';

let browser: Browser;
let economy: TestEconomy;
let server: ServedHome;
beforeAll(async () => {
  economy = openTestEconomy();
  plant(economy);
  [browser, server] = await Promise.all([openBrowser(), serveHome(economy)]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  economy.close();
});

it('lets a browser in with the printed address, once', async () => {
  const address = server.newEntryAddress();
  const first = await visit(browser, address);
  await first.page.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect(first.page.url()).not.toMatch(/#[\w-]+$/);
  expect(first.errors).toEqual([]);
  expect(first.strayRequests).toEqual([]);
  await first.page.reload();
  await first.page.getByRole('heading', { name: 'Inbox' }).waitFor();

  const second = await visit(browser, address);
  await second.page.getByRole('alert').filter({ hasText: 'isn’t let in' }).waitFor();
  await Promise.all([first.close(), second.close()]);
});
