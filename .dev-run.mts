import { readFileSync } from 'node:fs';
import { openBrowser } from './test/helpers/browser.ts';
const log = readFileSync('/tmp/dev/run.log', 'utf8').replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/\s+/g, ' ');
const address = /http:\/\/127\.0\.0\.1:\d+\/ ?# ?token=[\w -]+?(?= \()/.exec(log)?.[0].replaceAll(' ', '');
console.log(address);
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
page.on('console', (m) => m.type() === 'error' && console.log('error', m.text()));
page.on('pageerror', (e) => console.log('pageerror', e.message));
await page.goto(address!);
await page.getByRole('heading', { level: 1 }).first().waitFor();
await page.waitForTimeout(2000);
const until = Date.now() + Number(process.argv[2] ?? 120) * 1000;
let n = 0;
while (Date.now() < until) {
  const form = page.getByRole('form', { name: /Your marks/ });
  if (!(await form.isVisible())) { await page.waitForTimeout(1000); continue; }
  n++;
  if (n <= 4) for (const [name, w, h] of [['400', 400, 700], ['1280', 1280, 800], ['4k', 3840, 2160]] as const) {
    await page.setViewportSize({ width: w, height: h }); await page.waitForTimeout(200);
    await page.screenshot({ path: `/tmp/dev/run-${n}-${name}.png`, fullPage: name === '400' });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  console.log(await page.locator('.prompt-title').innerText());
  await page.keyboard.type(['787', '345', '9x8', '521', '666'][n % 5]!);
  await page.keyboard.press('r'); await page.keyboard.type('Shorter next time'); await page.keyboard.press('Enter');
  await page.waitForTimeout(700);
  if (n <= 2) await page.screenshot({ path: `/tmp/dev/run-${n}-held.png` });
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1500);
  if (n <= 3) await page.screenshot({ path: `/tmp/dev/run-${n}-done.png` });
  console.log(await page.locator('.done').first().innerText().catch(() => 'no told'));
}
for (const key of ['n', 'r']) { await page.keyboard.press('g'); await page.keyboard.press(key); await page.waitForTimeout(800); await page.screenshot({ path: `/tmp/dev/run-view-${key}.png` }); }
await page.keyboard.press('?'); await page.waitForTimeout(300); await page.screenshot({ path: '/tmp/dev/run-help.png' });
await browser.close();
