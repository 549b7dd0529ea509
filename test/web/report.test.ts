import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportData, type ReportData } from '../../src/operator/report/report-data.ts';
import { reportHtml } from '../../src/web/report/report-html.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openBrowser } from '../helpers/browser.ts';
import { openEventfulEconomy } from '../helpers/eventful-economy.ts';
import { INJECTIONS } from '../helpers/injections.ts';

const PAGE = fileURLToPath(new URL('../../dist/web/page', import.meta.url));
const DRAWN = { timeout: 20_000 };

let browser: Browser;
let folder: string;
let data: ReportData;
beforeAll(async () => {
  const economy = openEventfulEconomy();
  data = reportData({ directory: economy.home, economy });
  economy.close();
  folder = mkdtempSync(join(tmpdir(), 'bp-report-'));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** A report of its own file, as somebody opens one who was sent it. */
async function open(shown: unknown, options: BrowserContextOptions = {}): Promise<Opened> {
  const built = (name: string) => readFileSync(join(PAGE, name), 'utf8');
  const parts = { script: built('report.js'), style: built('report.css'), licences: built('LICENSES.txt') };
  const file = join(folder, 'report.html');
  writeFileSync(file, reportHtml({ data: shown, ...parts }));
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript('window.pwned = () => { window.ran = true; }');
  const address = pathToFileURL(file).href;
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor(DRAWN);
  const asked = () => requests.filter((url) => url !== address && !url.startsWith('data:'));
  return {
    ...{ page, errors },
    get requests() {
      return asked();
    },
    close: () => context.close(),
  };
}

describe.each([
  ['a phone in the dark', { viewport: { width: 400, height: 700 }, colorScheme: 'dark' }],
  ['a laptop', { viewport: { width: 1280, height: 800 } }],
  ['a 4K screen', { viewport: { width: 3840, height: 2160 } }],
] as const)('a report on %s', (_, options) => {
  it('is drawn whole from its file alone, and axe finds nothing', async () => {
    const opened = await open(data, options);
    const { page } = opened;
    for (const name of ['Agents', 'Lineage', 'Attention', 'Receipts', 'Market', 'Books'])
      await page.getByRole('heading', { name, level: 2, exact: true }).waitFor(DRAWN);
    expect(await page.locator('.chart canvas').count()).toBeGreaterThan(8);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    expect(opened.requests).toEqual([]);
    expect(opened.errors).toEqual([]);
    await opened.close();
  });
});

it('its tree opens by keyboard', async () => {
  const opened = await open(data);
  const { page } = opened;
  const tree = page.getByRole('tree');
  await tree.getByRole('treeitem').first().focus();
  const focused = () => page.evaluate<string>('document.activeElement.innerText');
  while (!(await focused()).includes('parent')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: 'child', level: 2 }).waitFor(DRAWN);
  await opened.close();
});

it('runs nothing and asks nobody, even where every text in it is meant to', async () => {
  const texts = INJECTIONS.map(({ text }) => text.slice(0, 2000));
  const agents = texts.map((id) => ({ ...data.richest[0], id, status: id, parent: id }));
  const opened = await open({
    ...data,
    richest: agents,
    balances: texts.slice(0, 6).map((id) => ({ ...data.balances[0], agent_id: id })),
    family: { agents: texts.map((id, index) => [id, index === 0 ? null : index - 1, id, 0, 0]), left_out: 0 },
    slots: { ...data.slots, lineages: texts.slice(0, 5).map((lineage) => ({ lineage, slots: 1 })) },
    receipts: { ...data.receipts, agents: texts.map((id) => ({ ...data.receipts.agents[0], agent_id: id })) },
    books: {
      ...data.books,
      audit: { at: data.made_at, ok: false, transfers: 1, head: texts[1], first_difference: texts[2] },
    },
  });
  const { page } = opened;
  await page.getByRole('treeitem').first().focus();
  for (let level = 1; level < 20; level++) {
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
  }
  expect(await page.evaluate(FINDINGS)).toEqual([]);
  expect(opened.requests).toEqual([]);
  expect(opened.errors).toEqual([]);
  await opened.close();
});

/** What of the report something in it has changed. */
const FINDINGS = `(() => {
  const found = [];
  if (window.ran) found.push('a script ran');
  if (document.scripts.length !== 2) found.push('there are ' + document.scripts.length + ' scripts');
  if (document.querySelectorAll('style').length !== 1) found.push('there are more styles');
  for (const it of document.querySelectorAll('iframe, object, embed, img, svg, math, video, audio, base, form'))
    found.push('there is a ' + it.tagName);
  for (const it of document.querySelectorAll('a')) if (!it.getAttribute('href').startsWith('#')) found.push('leads to ' + it.href);
  for (const it of document.querySelectorAll('*'))
    for (const { name } of it.attributes) if (name.startsWith('on')) found.push(it.tagName + ' has ' + name);
  return found;
})()`;
