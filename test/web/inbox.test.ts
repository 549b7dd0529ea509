import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requestFilesDirectory } from '../../src/config/home-places.ts';
import { scorePrompt } from '../../src/economy/attention/end-prompt.ts';
import { publishRequest } from '../../src/economy/requests/publish-request.ts';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { accepted, nextCycle, openTestEconomy, type TestEconomy } from '../helpers/economy.ts';
import { serveHome, type ServedHome } from '../helpers/served-home.ts';
import { showLetter } from '../helpers/shown-letters.ts';

/** As long as an answer is held back, and a little more. */
const HELD_MS = 6000;

let browser: Browser;
let economy: TestEconomy;
let server: ServedHome;
let visits: Visit[];
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  economy = openTestEconomy();
  server = await serveHome(economy);
  visits = [];
});
afterEach(async () => {
  // A browser notes each refusal that the page asked for and took.
  for (const { errors } of visits) expect(errors.filter((error) => !error.includes('409'))).toEqual([]);
  await Promise.all(visits.map((visited) => visited.close()));
  await server.close();
  economy.close();
});

async function open(): Promise<Visit['page']> {
  const visited = await visit(browser, server.newEntryAddress());
  visits.push(visited);
  visited.page.setDefaultTimeout(30_000);
  await visited.page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
  return visited.page;
}

/** Keys are for marks as soon as marks are asked for. */
const asked = (page: Visit['page']) => page.getByRole('form', { name: /Your marks/u }).waitFor();
const statusOf = (promptId: number) => economy.store.prompts.find(promptId)?.status;

describe('the market', () => {
  it('is paused and let go on by a key or the button, and the page says so', async () => {
    showLetter(economy, 'ada');
    const page = await open();
    const isPaused = () => economy.store.state.get().operatorPause !== null;
    await page.getByText(/^prompt_1 expires in/u).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByText(/by you since/u).waitFor();
    expect(isPaused()).toBe(true);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(isPaused()).toBe(false);
    await page.keyboard.press('r');
    await page.keyboard.type('p');
    expect(isPaused()).toBe(false);
  });
});

describe('the open prompt', () => {
  it('is read and marked by keys alone, and what that did is told', async () => {
    accepted(scorePrompt(economy, showLetter(economy, 'ada', { title: 'The first' }), marks(9, 9, 9), 'More of these'));
    accepted(publishRequest(economy, { text: 'Find me three books.', files: [], until: null }));
    showLetter(economy, 'ada', { title: 'Three books', requestId: 1 });
    showLetter(economy, 'bob', { title: 'On deck' });
    const page = await open();
    const letter = page.getByRole('article', { name: 'Three books' });
    await letter.getByRole('heading', { name: 'How I chose', level: 3 }).waitFor();
    await letter.getByText('Find me three books.').waitFor();
    await page.getByText('More of these').first().waitFor();
    await page.getByRole('link', { name: 'On deck' }).waitFor();
    await page.keyboard.type('7x6');
    await page.keyboard.press('r');
    await page.keyboard.type('Good choice');
    await page.keyboard.press('Enter');
    await page.getByText('which gives 575 credits').waitFor();
    expect(statusOf(2)).toBe('open');
    await page.waitForTimeout(500);
    await page.keyboard.press('Enter');
    const told = page.getByRole('region', { name: 'What became of prompt_2' });
    await told.getByText('+575').waitFor();
    await told.getByText(/^to ada, who now has [\d,.]+: \d+ more prompts$/u).waitFor();
    expect(economy.store.prompts.find(2)).toMatchObject({ scores: marks(7, 10, 6), reason: 'Good choice' });
    await page.getByRole('article', { name: 'On deck' }).waitFor();
  });

  it('says neither its title nor a known greeting twice; the greeting is a click away', async () => {
    const content = (text: string) => `# *News*\n\nGood day, I am ada.\n\n${text}`;
    accepted(
      scorePrompt(
        economy,
        showLetter(economy, 'ada', { title: 'News', content: content('One.') }),
        marks(5, 5, 5),
        null,
      ),
    );
    showLetter(economy, 'ada', { title: 'News', content: content('Two.') });
    const page = await open();
    const letter = page.getByRole('article', { name: 'News' }).locator('.letter');
    await letter.getByText('Two.').waitFor();
    expect(await letter.textContent()).toBe('Two.');
    await page.getByRole('button', { name: 'It begins as its last letter did' }).click();
    await letter.getByText('Good day, I am ada.').waitFor();
    expect(await page.getByRole('heading', { name: 'News' }).count()).toBe(1);
  });

  it('is marked by a slider and a click, and nothing is sent before', async () => {
    const promptId = showLetter(economy, 'ada');
    const page = await open();
    const slider = (name: string) => page.getByRole('slider', { name });
    await slider('interesting').fill('3');
    await slider('useful').click();
    expect(await slider('useful').getAttribute('aria-valuetext')).toBe('5 of 10');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await slider('understandable').focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Send' }).click();
    expect(statusOf(promptId)).toBe('open');
    await page
      .getByText('more prompts')
      .first()
      .waitFor({ timeout: HELD_MS + 5000 });
    expect(economy.store.prompts.find(promptId)?.scores).toEqual(marks(3, 5, 10));
  });

  it('is taken back for as long as the answer is held', async () => {
    const promptId = showLetter(economy, 'ada');
    const page = await open();
    await asked(page);
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take it back' }).waitFor();
    await page.keyboard.press('u');
    await page.getByRole('form', { name: 'Your marks for prompt_1' }).waitFor();
    expect(await page.getByRole('slider', { name: 'understandable' }).inputValue()).toBe('3');
    await sleep(HELD_MS);
    expect(statusOf(promptId)).toBe('open');
    await page.keyboard.press('s');
    await page.getByText('Skipped').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).click();
    expect(statusOf(promptId)).toBe('open');
  });

  it('stays open when the tab is closed within that time', async () => {
    const promptId = showLetter(economy, 'ada');
    const page = await open();
    await asked(page);
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take it back' }).waitFor();
    await page.close();
    await sleep(HELD_MS);
    expect(statusOf(promptId)).toBe('open');
  });

  it('keeps its draft over a reload', async () => {
    showLetter(economy, 'ada');
    const page = await open();
    await asked(page);
    await page.keyboard.type('49');
    await page.keyboard.press('r');
    await page.keyboard.type('begun');
    await page.reload();
    await page.getByRole('form', { name: 'Your marks for prompt_1' }).waitFor();
    expect(await page.getByRole('slider', { name: 'useful' }).inputValue()).toBe('9');
    expect(await page.getByRole('textbox').inputValue()).toBe('begun');
    expect(await page.getByRole('slider', { name: 'understandable' }).getAttribute('aria-valuetext')).toBe('not given');
  });

  it('closes when it is answered elsewhere, and leaves its marks and where that was', async () => {
    const promptId = showLetter(economy, 'ada');
    showLetter(economy, 'bob', { title: 'The next' });
    const [page, other] = [await open(), await open()];
    await Promise.all([asked(page), asked(other)]);
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take it back' }).waitFor();
    accepted(await server.deps.prompts.score(promptId, marks(8, 7, 9), 'from afar', 'terminal'));
    const before = performance.now();
    for (const tab of [page, other]) {
      await tab.getByText('prompt_1 was marked at the terminal: 8 · 7 · 9, +600 to ada (from afar)').first().waitFor();
      await tab.getByRole('article', { name: 'The next' }).waitFor();
    }
    // A second, and what a busy machine takes to draw.
    expect(performance.now() - before).toBeLessThan(5000);
    await sleep(HELD_MS);
    expect(economy.store.prompts.find(promptId)?.scores).toEqual(marks(8, 7, 9));
    expect(statusOf(2)).toBe('open');
  });

  it('is not marked twice by two pages', async () => {
    const promptId = showLetter(economy, 'ada');
    const [one, two] = [await open(), await open()];
    for (const page of [one, two]) {
      await asked(page);
      await page.keyboard.type('555');
      await page.keyboard.press('Enter');
    }
    await one
      .getByText(/more prompts|was marked on this page|already scored/u)
      .first()
      .waitFor();
    await two
      .getByText(/more prompts|was marked on this page|already scored/u)
      .first()
      .waitFor();
    expect(economy.store.prompts.find(promptId)?.reward).toBe(375_000_000);
  });

  it('is told by whom it ended when it expires, and only a key brings the human back', async () => {
    economy.close();
    economy = openTestEconomy({ overrides: ['attention.prompt_ttl_seconds=25'] });
    await server.close();
    server = await serveHome(economy);
    showLetter(economy, 'ada');
    const page = await open();
    await asked(page);
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    await page.getByText('prompt_1 expired: nobody marked it in time').first().waitFor();
    await page.getByText('You count as away').waitFor();
    await page.reload();
    await page.getByText('You count as away').waitFor();
    await sleep(1500);
    expect(economy.store.state.get().humanAway).toBe(true);
    await page.keyboard.press('Shift');
    await page.getByText('You count as away').waitFor({ state: 'detached' });
    expect(economy.store.state.get().humanAway).toBe(false);
  });

  it('hands over its files as downloads', async () => {
    showLetter(economy, 'ada', { files: ['out/plan.html'] });
    const page = await open();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save out/plan.html' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('plan.html');
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('content of out/plan.html\n');
  });
});

describe('requests', () => {
  it('are asked, told and closed', async () => {
    showLetter(economy, 'ada');
    const page = await open();
    await asked(page);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    const ask = page.getByRole('form', { name: 'Ask for something' });
    await ask.getByRole('textbox', { name: 'What you wish for' }).fill('A poem about rain');
    await ask.getByRole('textbox', { name: 'Open until' }).fill('2031-01-01T00:00Z');
    await ask
      .getByLabel('Files that agents may read')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('for you') });
    await ask.getByRole('button', { name: 'Ask' }).click();
    await page.getByRole('cell', { name: 'A poem about rain' }).waitFor();
    const laid = join(requestFilesDirectory(economy.home), '1', 'notes.txt');
    expect(readFileSync(laid, 'utf8')).toBe('for you');
    await page.getByRole('button', { name: 'Close request_1' }).click();
    await page.getByRole('cell', { name: 'closed' }).waitFor();
    const tell = page.getByRole('form', { name: 'Tell agents something' });
    await tell.getByRole('textbox', { name: 'Its id' }).fill('ada');
    await tell.getByRole('textbox', { name: 'What you say' }).fill('well done');
    await tell.getByRole('button', { name: 'Tell' }).click();
    await page.getByText('Told ada.').first().waitFor();
    expect(economy.store.messages.countUnhandedOfOperator('ada')).toBe(1);
  });
});

function marks(interesting: number, useful: number, understandable: number) {
  return { interesting, useful, understandable };
}
