import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// As the build made them.
const PAGE = fileURLToPath(new URL('../../../dist/web/page', import.meta.url));
const FILES = ['index.html', 'app.js', 'app.css'];

const textOf = (name: string) => readFileSync(join(PAGE, name), 'utf8');

it('is under 300 KB, all of it', () => {
  const bytes = FILES.reduce((sum, name) => sum + statSync(join(PAGE, name)).size, 0);
  expect(bytes).toBeLessThan(300_000);
});

it('holds no address but its own, and no script or style in its document', () => {
  // Named, not asked for: a namespace, and where to report a fault of a package.
  const named = ['http://www.w3.org', 'https://github.com'];
  const addresses = FILES.flatMap((name) => textOf(name).match(/https?:\/\/[\w.-]+/g) ?? []);
  expect(addresses.filter((address) => !named.includes(address))).toEqual([]);
  expect(textOf('index.html')).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
});

it('comes with the licence of each package that is in it', () => {
  expect(textOf('LICENSES.txt')).toMatch(/^preact\n\n.*MIT License/ms);
});
