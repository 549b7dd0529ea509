import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Where Debian has it; BP_CHROMIUM names another one. */
const CHROMIUM = process.env['BP_CHROMIUM'] ?? '/usr/bin/chromium';

/** A Chromium without a window. To be closed by who opened it; one a file is enough, contexts keep tests apart. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}: apt-get install chromium`);
  // Root may not have Chromium's own sandbox; all that it opens here is this project's page.
  const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

export interface Visit {
  readonly page: Page;
  /** Addresses outside the page's own that anything in it asked for. */
  readonly strayRequests: readonly string[];
  /** What the page threw, or wrote as an error. */
  readonly errors: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens an address in a browser profile of its own, and notes what must not happen there. */
export async function visit(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const [strayRequests, errors]: [string[], string[]] = [[], []];
  const { origin } = new URL(address);
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:'))
      strayRequests.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, strayRequests, errors, close: () => context.close() };
}
