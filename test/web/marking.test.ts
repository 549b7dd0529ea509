import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { Pty } from '../helpers/pty.ts';
import { INSTANT_RUN } from '../helpers/spawned-run.ts';

const QUICK = ['--set', 'market.cycle_seconds=0.3', '--set', 'market.supply.cpu_seconds=16'];
const ASKED = /Mark execution 1\./;
/** Two presses of Enter in one go are one. */
const DEAF_MS = 500;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

let home: CliHome;
let visits: Visit[];
let pty: Pty | undefined;
beforeEach(() => {
  home = cliHome();
  visits = [];
});
afterEach(async () => {
  for (const { close } of visits) await close();
  await pty?.close();
  home.remove();
});

/** A run at a terminal, whose agent shows a letter at once. */
function startRun(): Pty {
  const words = ['--home', home.directory, 'run', ...QUICK, '--bootstrap'];
  pty = new Pty([process.execPath, INSTANT_RUN, ...words], { columns: 180, rows: 40 });
  return pty;
}

async function open(address: string): Promise<Page> {
  const visited = await visit(browser, address);
  visits.push(visited);
  return visited.page;
}

const printedBy = async (terminal: Pty) => (await terminal.until(/(http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22})/))[1]!;
const fresh = async () => (await home.run('open', '--print')).stdout.trim();
const firstPrompt = async () => (await home.json<readonly object[]>('prompts'))[0];

/** By keys alone. */
async function mark(page: Page, marks: string, reason?: string): Promise<void> {
  await page.getByText(ASKED).waitFor();
  for (const key of marks) await page.keyboard.press(key);
  if (reason !== undefined) {
    await page.keyboard.press('r');
    await page.keyboard.type(reason);
  }
  await page.keyboard.press('Enter');
  await page.getByText('Take it back').waitFor();
}

async function sendNow(page: Page): Promise<void> {
  await page.waitForTimeout(DEAF_MS);
  await page.keyboard.press('Enter');
}

describe('a stranger', () => {
  it('opens the address that run prints, reads a letter and marks it by keyboard alone, and the ledger has it', async () => {
    const page = await open(await printedBy(startRun()));
    await mark(page, '789', 'well said');
    await sendNow(page);
    await expect.poll(firstPrompt).toMatchObject({
      id: 'prompt_1',
      status: 'scored',
      scores: { interesting: 7, useful: 8, understandable: 9 },
      reward: 600,
      reason: 'well said',
    });
    expect(await home.json('transfers', '--limit', '1000')).toContainEqual(
      expect.objectContaining({ kind: 'reward', amount: 600 }),
    );
    expect(await home.json('audit')).toMatchObject({ ok: true });
    await page
      .getByText(/\+600 to genesis/)
      .first()
      .waitFor();
    const [{ errors, strayRequests }] = visits as [Visit];
    expect([errors, strayRequests]).toEqual([[], []]);
  });
});

describe('a letter', () => {
  // Tried again: a machine that is busy with other tests can make one take longer.
  it('that is answered at the terminal closes in the page within a second, with its marks', { retry: 2 }, async () => {
    const terminal = startRun();
    const page = await open(await printedBy(terminal));
    await page.getByText(ASKED).waitFor();
    await terminal.until(/Mark execution 1\.[^?]*\?/);
    terminal.type('5 6 7\r\r');
    await terminal.until(/\+450 to genesis/);
    const answered = performance.now();
    await page
      .getByText(/marked at the terminal: 5 · 6 · 7/)
      .first()
      .waitFor();
    expect(performance.now() - answered).toBeLessThan(1000);
    expect(await page.getByText(ASKED).count()).toBe(0);
  });

  it('that is answered in the page closes at the terminal within a second', { retry: 2 }, async () => {
    const terminal = startRun();
    const page = await open(await printedBy(terminal));
    await terminal.until(/Mark execution 1\.[^?]*\?/);
    await mark(page, '111');
    await sendNow(page);
    await page
      .getByText(/\+75 to genesis/)
      .first()
      .waitFor();
    const answered = performance.now();
    await terminal.until(/prompt_1[^\n]*(closed|page)/);
    expect(performance.now() - answered).toBeLessThan(1000);
  });

  it('is marked once, whichever of two pages is the first', async () => {
    const terminal = startRun();
    const pages = [await open(await printedBy(terminal)), await open(await fresh())] as const;
    await mark(pages[0], '111');
    await mark(pages[1], '222');
    await Promise.all(pages.map(sendNow));
    await expect.poll(firstPrompt).toMatchObject({ status: 'scored' });
    const { scores, reward } = (await firstPrompt()) as { scores: Record<string, number>; reward: number };
    expect([
      [{ interesting: 1, useful: 1, understandable: 1 }, 75],
      [{ interesting: 2, useful: 2, understandable: 2 }, 150],
    ]).toContainEqual([scores, reward]);
    const rewards = (await home.json<readonly { kind: string; amount: number }[]>('transfers', '--limit', '1000'))
      .filter(({ kind }) => kind === 'reward')
      .map(({ amount }) => amount);
    expect(rewards).toEqual([reward]);
    for (const page of pages)
      await page
        .getByText(/prompt_1/)
        .first()
        .waitFor();
  });

  it('stays open where the tab is closed before the answer has left it', async () => {
    const page = await open(await printedBy(startRun()));
    await mark(page, '999');
    await visits.pop()!.close();
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(await firstPrompt()).toMatchObject({ id: 'prompt_1', status: 'open' });
  });
});

describe('the page', () => {
  it('finds the program by itself after it was killed and started again', async () => {
    const first = startRun();
    const page = await open(await printedBy(first));
    await page.getByText(ASKED).waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isTheSame: true }));
    process.kill(first.pid, 'SIGKILL');
    await page.getByText(/doesn’t answer/).waitFor();
    await first.close();
    await printedBy(startRun());
    await page.locator('.lamp', { hasText: 'running' }).waitFor();
    await mark(page, '333');
    await sendNow(page);
    await expect.poll(firstPrompt).toMatchObject({ status: 'scored', reward: 225 });
    expect(await page.evaluate(() => 'isTheSame' in globalThis)).toBe(true);
  });
});
