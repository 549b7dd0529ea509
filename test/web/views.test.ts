import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputPath } from '../../src/config/home-places.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../helpers/eventful-economy.ts';
import { openInjectedEconomy } from '../helpers/injected-economy.ts';
import { INJECTIONS } from '../helpers/injections.ts';
import { serveHome, type ServedHome } from '../helpers/served-home.ts';

const PLACES = [
  ...['agents', 'agents/scored', 'agents/parent', 'executions', 'executions/exe_1'],
  ...['bids', 'bids/bid_1', 'market', 'books'],
];
const SCREENS = [
  { name: 'a phone in the dark', options: { viewport: { width: 400, height: 700 }, colorScheme: 'dark' } },
  { name: 'a laptop', options: { viewport: { width: 1280, height: 800 } } },
  { name: 'a 4K screen', options: { viewport: { width: 3840, height: 2160 } } },
] as const;

/** Drawing on a busy machine. */
const DRAWN = { timeout: 20_000 };

let browser: Browser;
let economy: EventfulEconomy;
let server: ServedHome;
beforeAll(async () => {
  economy = openEventfulEconomy();
  print(economy.home, 'exe_1', Array.from({ length: 5000 }, (_, line) => `line ${line}`).join('\n'));
  [browser, server] = await Promise.all([openBrowser(), serveHome(economy)]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  economy.close();
});

/** As an execution would have. */
function print(home: string, executionId: string, text: string): void {
  const path = outputPath(home, executionId);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function lookAt(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${place}'`);
  await page.locator('main :is(table, .chart, .tree)').first().waitFor(DRAWN);
}

describe.each(SCREENS)('on $name', ({ options }) => {
  let visited: Visit;
  beforeAll(async () => {
    visited = await visit(browser, server.newEntryAddress(), options);
    await visited.page.getByRole('heading', { level: 1 }).waitFor(DRAWN);
  });
  afterAll(() => visited.close());

  it.each(PLACES)('%s fits, and axe finds nothing', async (place) => {
    const { page } = visited;
    await lookAt(page, place);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    expect(visited.errors).toEqual([]);
    expect(visited.strayRequests).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  let visited: Visit;
  let page: Page;
  beforeAll(async () => {
    visited = await visit(browser, server.newEntryAddress());
    ({ page } = visited);
    await page.getByRole('heading', { level: 1 }).waitFor(DRAWN);
  });
  afterAll(() => visited.close());

  /** The text of what has the focus. */
  const focused = () => page.evaluate<string>('document.activeElement.innerText');

  it('agents are gone through row by row, and opened', async () => {
    await page.keyboard.type('ga');
    await page.getByRole('table').waitFor(DRAWN);
    await page.getByRole('table').getByRole('link').first().focus();
    const first = await focused();
    await page.keyboard.press('ArrowDown');
    const second = await focused();
    expect(second).not.toBe(first);
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    expect(await focused()).toBe(first);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: first }).waitFor(DRAWN);
  });

  it('a column sorts the table, and says so', async () => {
    await page.keyboard.type('ga');
    await page.getByRole('button', { name: 'earned' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort=descending]', { hasText: 'earned' }).waitFor(DRAWN);
    await page.getByRole('row').nth(1).getByText('scored').waitFor(DRAWN);
  });

  it('agents are found by a part of their name', async () => {
    await page.getByRole('searchbox', { name: 'Name' }).focus();
    await page.keyboard.type('chi');
    await page.getByText('1 to 1 of 1').waitFor(DRAWN);
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('the tree opens and closes by arrows, and leads to an agent', async () => {
    await page.getByRole('button', { name: 'Lineage' }).focus();
    await page.keyboard.press('Enter');
    const tree = page.getByRole('tree');
    await tree.getByRole('treeitem').first().focus();
    while (!(await focused()).includes('parent')) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: 'child', level: 2 }).waitFor(DRAWN);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toContain('child');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await tree.getByRole('treeitem', { level: 2 }).waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'parent' }).waitFor(DRAWN);
  });

  it('the figures of a line are a table behind a key', async () => {
    await page.keyboard.type('gm');
    const chart = page.locator('.chart').first();
    await chart.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await chart.getByRole('row').count()).toBeGreaterThan(2);
  });

  it('an output is shown from its end, and older parts on demand', async () => {
    await lookAt(page, 'executions/exe_1');
    const output = page.getByRole('region', { name: 'Output of exe_1' });
    await output.getByText('line 4999').waitFor(DRAWN);
    expect(await output.evaluate('document.querySelector(".output").scrollTop')).toBeGreaterThan(0);
    print(economy.home, 'exe_1', 'x'.repeat(100_000));
    await page.getByRole('button', { name: 'Older' }).waitFor(DRAWN);
  });

  it('what changed is shown without being asked', async () => {
    await page.keyboard.type('gk');
    await page.getByText('No audit was made yet').waitFor(DRAWN);
    expect(visited.errors).toEqual([]);
  });
});

describe('what agents wrote', () => {
  it('does nothing in any list, detail or output', async () => {
    const injected = openInjectedEconomy();
    INJECTIONS.forEach(({ text }, index) => print(injected.home, `exe_${index + 1}`, text));
    const served = await serveHome(injected);
    const visited = await visit(browser, served.address);
    const { page } = visited;
    await page.addInitScript('window.pwned = () => { window.ran = true; }');
    await page.goto(served.newEntryAddress());
    await page.reload();
    const executions = INJECTIONS.map((_, index) => `executions/exe_${index + 1}`);
    for (const place of ['executions', 'agents', 'agents/agent-1', 'bids', 'market', ...executions]) {
      await lookAt(page, place);
      if (place.includes('exe_')) await page.locator('.output').waitFor(DRAWN);
      expect([place, await page.evaluate(FINDINGS)]).toEqual([place, []]);
    }
    expect(visited.strayRequests).toEqual([]);
    expect(visited.errors.filter((error) => !error.includes('401'))).toEqual([]);
    await visited.close();
    await served.close();
    injected.close();
  });
});

/** What of the page something that an agent wrote has changed. */
const FINDINGS = `(() => {
  const found = [];
  if (window.ran) found.push('a script ran');
  for (const it of document.querySelectorAll('main :is(iframe, object, embed, img, svg, math, video, audio, base, style, script, form[action])'))
    found.push('there is a ' + it.tagName);
  for (const it of document.querySelectorAll('a')) if (!it.getAttribute('href').startsWith('#')) found.push('leads to ' + it.href);
  for (const it of document.querySelectorAll('*'))
    for (const { name } of it.attributes) if (name.startsWith('on')) found.push(it.tagName + ' has ' + name);
  if (/[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u061C\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F]/u.test(document.querySelector('main').textContent))
    found.push('something stands there that cannot be seen');
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the window');
  return found;
})()`;
