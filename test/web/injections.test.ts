import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { openInjectedEconomy, type InjectedEconomy } from '../helpers/injected-economy.ts';
import { INJECTIONS } from '../helpers/injections.ts';
import { serveHome, type ServedHome } from '../helpers/served-home.ts';

/** What of the page an injection has changed, as a list of sentences; to be asked within the page. */
const FINDINGS = `(() => {
  const found = [];
  const letterTags = 'P H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE TABLE THEAD TBODY TR TH TD HR BR STRONG EM DEL SPAN DIV';
  const letterAttributes = ['class', 'start', 'scope', 'role', 'aria-label', 'tabindex'];
  const letterClasses = ['', 'as-written', 'address', 'box', 'task', 'wide', 'right', 'center'];
  if (window.ran) found.push('a script ran');
  for (const it of document.querySelectorAll('iframe, object, embed, img, svg, math, video, audio, base, style, meta[http-equiv]'))
    found.push('there is a ' + it.tagName);
  for (const { src } of document.scripts) if (src !== location.origin + '/app.js') found.push('there is a script ' + src);
  for (const it of document.querySelectorAll('link'))
    if (!['data:,', location.origin + '/app.css'].includes(it.href)) found.push('there is a link to ' + it.href);
  for (const it of document.querySelectorAll('a')) if (!it.getAttribute('href').startsWith('#')) found.push('leads to ' + it.href);
  for (const it of document.querySelectorAll('*'))
    for (const { name } of it.attributes) if (name.startsWith('on')) found.push(it.tagName + ' has ' + name);
  if (/[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u061C\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F]/u.test(document.body.textContent))
    found.push('something stands there that cannot be seen');
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the window');
  const letter = document.querySelector('.letter');
  if (!letter) return found;
  if (getComputedStyle(letter).contain !== 'content') found.push('the letter is not contained');
  const [box, around] = [letter.getBoundingClientRect(), letter.parentElement.getBoundingClientRect()];
  if (box.left < around.left || box.right > around.right + 1) found.push('the letter is wider than its frame');
  for (const it of letter.querySelectorAll('*')) {
    if (!letterTags.split(' ').includes(it.tagName)) found.push('the letter has a ' + it.tagName);
    for (const { name } of it.attributes) if (!letterAttributes.includes(name)) found.push('the letter has a ' + name);
    if (!letterClasses.includes(it.className)) found.push('the letter has a class ' + it.className);
    const { position, zIndex } = getComputedStyle(it);
    if (position !== 'static' || zIndex !== 'auto') found.push('something in the letter is placed');
  }
  return found;
})()`;

/** Drawing the largest letters on a busy machine; one that hangs takes longer. */
const DRAWN = { timeout: 20_000 };

let browser: Browser;
let economy: InjectedEconomy;
let server: ServedHome;
let visited: Visit;
let page: Page;
beforeAll(async () => {
  economy = openInjectedEconomy();
  [browser, server] = await Promise.all([openBrowser(), serveHome(economy)]);
  visited = await visit(browser, server.address);
  ({ page } = visited);
  await page.addInitScript('window.pwned = () => { window.ran = true; }');
  await page.goto(server.newEntryAddress());
  await page.reload();
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor(DRAWN);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  economy.close();
});

async function lookAt(place: string, heading: string): Promise<void> {
  await page.evaluate(`location.hash = '${place}'`);
  await page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor(DRAWN);
}

function expectUnharmed(findings: unknown): void {
  expect(findings).toEqual([]);
  expect(visited.strayRequests).toEqual([]);
  expect(visited.errors.filter((error) => !error.includes('401'))).toEqual([]);
}

describe('a letter', () => {
  it.each(INJECTIONS.map(({ name }, index) => [name, index + 1] as const))(
    'with %s does nothing',
    async (_, number) => {
      await lookAt(`#/inbox/prompt_${number}`, `prompt_${number}`);
      await page.locator('article .letter').waitFor(DRAWN);
      await page.locator(`[aria-label="What agent-${number} wrote"]`).waitFor(DRAWN);
      expectUnharmed(await page.evaluate(FINDINGS));
    },
  );
});

describe('a view', () => {
  it.each<readonly [string, string]>([
    ['#/inbox', 'Inbox'],
    ['#/now', 'Now'],
    ['#/requests', 'Requests'],
  ])('at %s is whole', async (place, heading) => {
    await lookAt(place, heading);
    expectUnharmed(await page.evaluate(FINDINGS));
  });

  it('of each request is whole', async () => {
    for (let number = 1; number <= INJECTIONS.length; number++) {
      await lookAt(`#/requests/request_${number}`, `request_${number}`);
      await page.locator('.asked').waitFor(DRAWN);
      expectUnharmed(await page.evaluate(FINDINGS));
    }
  });

  it('goes on working: the open injection is marked by keys', async () => {
    await lookAt('#/inbox', 'Inbox');
    await page.getByRole('form', { name: /Your marks/ }).waitFor(DRAWN);
    await page.keyboard.type('123');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await page.getByText('more prompts').first().waitFor(DRAWN);
    expect(economy.store.prompts.find(INJECTIONS.length)?.scores).toEqual({
      ...{ interesting: 1, useful: 2, understandable: 3 },
    });
  });
});
