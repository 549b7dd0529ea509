/**
 * How long each view of the page takes to be drawn in Chromium, from its address to all that it shows, of an economy
 * of 10,000 agents and 1,000,000 executions. `npm run bench -- drawn-views [-- EXECUTIONS]`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestEconomy } from '../helpers/economy.ts';
import { openBrowser, visit } from '../helpers/browser.ts';
import { fillLargeEconomy, LARGE } from '../helpers/large-economy.ts';
import { serveHome } from '../helpers/served-home.ts';

const DRAWN_MS_MAX = 1000;
const ROUNDS = 3;
/** Of one view: then something is wrong that waiting doesn't mend. */
const PATIENCE_MS = 60_000;

/** Of each view, what is there once it is drawn. */
const VIEWS: Readonly<Record<string, string>> = {
  inbox: '#history-title',
  now: '.tiles',
  requests: 'main h1',
  agents: 'main table tbody tr',
  'agents/a-7': 'main canvas',
  executions: 'main table tbody tr',
  'executions/exe_500': 'main h1 ~ *',
  bids: 'main table tbody tr',
  'bids/bid_500': 'main h1 ~ *',
  market: 'main canvas',
  books: 'main canvas',
};

const economy = openTestEconomy();
console.log('filling the database: minutes, where the machine is busy');
fillLargeEconomy(economy.databasePath, { ...LARGE, executions: Number(process.argv[2] ?? LARGE.executions) });
const server = await serveHome(economy);
const browser = await openBrowser();
try {
  const { page } = await visit(browser, server.newEntryAddress());
  const { origin } = new URL(page.url());
  // Noted within the page, when what is wanted first stands in it.
  await page.addInitScript(`new MutationObserver(() => {
    const wanted = ${JSON.stringify(VIEWS)}[location.hash.slice(2)];
    if (wanted && !window.drawnMs && document.querySelector(wanted)) window.drawnMs = performance.now();
  }).observe(document, { childList: true, subtree: true })`);
  for (const view of Object.keys(VIEWS)) {
    const drawn: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto('about:blank');
      await page.goto(`${origin}/#/${view}`);
      const until = performance.now() + PATIENCE_MS;
      let drawnMs: unknown;
      while (!(drawnMs = await page.evaluate('window.drawnMs'))) {
        if (performance.now() > until) throw new Error(`${view} was not drawn within ${PATIENCE_MS / 1000} s`);
        await sleep(50);
      }
      drawn.push(Number(drawnMs));
    }
    const times = drawn.map((ms) => ms.toFixed(0)).join(', ');
    console.log(`${view.padEnd(20)} drawn after ${times} ms (at most ${DRAWN_MS_MAX})`);
  }
} finally {
  await browser.close();
  await server.close();
  economy.close();
}
