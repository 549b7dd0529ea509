import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { accepted, openTestEconomy, type TestEconomy } from '../helpers/economy.ts';
import { serveHome, type ServedHome } from '../helpers/served-home.ts';
import { showLetter } from '../helpers/shown-letters.ts';

const PLACES = ['#/inbox', '#/inbox/prompt_1', '#/now', '#/requests', '#/requests/request_1'] as const;
const SCREENS = [
  { name: 'a phone', options: { viewport: { width: 400, height: 700 } } },
  { name: 'a laptop in the dark', options: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } },
  { name: 'a 4K screen', options: { viewport: { width: 3840, height: 2160 } } },
] as const;

let browser: Browser;
let economy: TestEconomy;
let server: ServedHome;
beforeAll(async () => {
  economy = openTestEconomy();
  accepted(publishRequest(economy, { text: 'Find me three books.', files: [], until: null }));
  const first = showLetter(economy, 'ada', { requestId: 1 });
  accepted(scorePrompt(economy, first, { interesting: 7, useful: 8, understandable: 9 }, 'Good'));
  showLetter(economy, 'ada', { requestId: 1, files: ['plan.md'] });
  showLetter(economy, 'bob');
  [browser, server] = await Promise.all([openBrowser(), serveHome(economy)]);
  server.deps.feed.note({ kind: 'died', agentId: 'cy' });
});
afterAll(async () => {
  await browser.close();
  await server.close();
  economy.close();
});

async function lookAt(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = '${place}'`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(300);
}

describe.each(SCREENS)('on $name', ({ options }) => {
  let visited: Visit;
  beforeAll(async () => {
    visited = await visit(browser, server.newEntryAddress(), options);
    await visited.page.getByRole('form').waitFor();
  });
  afterAll(() => visited.close());

  it.each(PLACES)('%s fits, and axe finds nothing', async (place) => {
    const { page } = visited;
    await lookAt(page, place);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    expect(visited.errors).toEqual([]);
  });

  it('the keys are shown by a key, and axe finds nothing there', async () => {
    const { page } = visited;
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});
