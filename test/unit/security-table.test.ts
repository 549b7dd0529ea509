import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const SUITE = join(ROOT, 'test', 'hostile');

it('docs/security.md lists the attacks of the hostile suite, each with its claim, and no others', () => {
  const suite = readdirSync(SUITE)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => titlesOf(name).map((title) => `${name}: ${title}`));
  const document = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
  const table = document.split('\n### ').flatMap((section) => {
    const file = /test\/hostile\/([a-z-]+\.test\.ts)\)/.exec(section)?.[1];
    const rows = [...section.matchAll(/^\| (?!attack |-)(.+?) +\| (.+?) +\|$/gm)];
    return file === undefined ? [] : rows.map(([, name, claim]) => `${file}: ${name}: ${claim}`);
  });
  expect(table.sort()).toEqual(suite.sort());
  expect(suite.length).toBeGreaterThanOrEqual(50);
});

function titlesOf(name: string): readonly string[] {
  const text = readFileSync(join(SUITE, name), 'utf8');
  const titles = [...text.matchAll(/^ *it\(\s*(['"])(.+?)\1,/gm)].map((match) =>
    (match[2] ?? '').replaceAll("\\'", "'"),
  );
  expect(titles.length, `${name} has titles that this test can't read`).toBe([...text.matchAll(/\bit\(/g)].length);
  return titles;
}
