import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const COPIED = ['oxlint.config.mjs', 'oxlint.syntax.mjs', 'layers.json', 'tsconfig.json', 'package.json'];

/** Each file breaks this one rule, or none. Of each kind: plain and typed ones, our own selectors, each folder's. */
const FILES: readonly (readonly [path: string, text: string, rule?: string])[] = [
  ['src/economy/package.ts', "import 'fastify';", 'no-restricted-imports'],
  ['src/economy/random.ts', "import { randomUUID } from 'node:crypto'; randomUUID();", 'no-restricted-imports'],
  ['src/economy/now.ts', 'export const now = new Date();', 'no-restricted-syntax'],
  ['src/economy/barrel.ts', "export * from './now.ts';", 'no-restricted-syntax'],
  ['src/economy/later.ts', 'export const later = setTimeout;', 'no-restricted-globals'],
  ['src/economy/today.ts', 'export const today = Date.now();', 'no-restricted-properties'],
  ['src/economy/floating.ts', 'const f = async () => { await Promise.resolve(); }; f();', 'no-floating-promises'],
  ['src/economy/misused.ts', '[1].forEach(async () => { await Promise.resolve(); });', 'no-misused-promises'],
  ['src/economy/any.ts', "export const a = JSON.parse('1').a as string;", 'no-unsafe-member-access'],
  ['src/economy/surely.ts', 'export const f = (a: { b: number }) => a?.b;', 'no-unnecessary-condition'],
  ['src/economy/type.ts', "export const a: number = 'a';", 'TS2322'],
  ['src/economy/unused.ts', '// oxlint-disable-next-line no-console -- none', 'unused directive'],
  ['src/economy/long.ts', `export const f = () => {${'\n'.repeat(70)}return 1; };`, 'max-lines-per-function'],
  ['src/store/long.ts', `export const f = () => {${'\n'.repeat(70)}return 1; };`],
  ['src/store/longer.ts', '\n'.repeat(351), 'max-lines'],
  ['src/platform/clock.ts', 'export const now = [Date.now(), new Date(), setTimeout];'],
  ['src/platform/package.ts', "import 'yaml';", 'no-restricted-imports'],
  ['test/unit/equal.ts', 'export const f = (a: unknown) => a == new Date();', 'eqeqeq'],
  ['test/bench/print.ts', 'console.log(1);'],
  ['runtime/setup/enter.cjs', 'var a = () => 1; a();', 'no-restricted-syntax'],
];

const root = mkdtempSync(join(tmpdir(), 'bp-lint-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

it('is told of each breach by the linter, and of nothing else', () => {
  for (const name of COPIED) copyFileSync(join(REPOSITORY, name), join(root, name));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  for (const [path, text] of FILES) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const oxlint = join(REPOSITORY, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const args = ['--config', 'oxlint.config.mjs', '--format', 'unix', 'src', 'test', 'runtime'];
  const { stdout } = spawnSync(process.execPath, [oxlint, ...args], { cwd: root, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^([^:]+):.*\[Error(?:\/\w+\((.+)\))?\]$/gm)].map(
    ([, path, rule = 'unused directive']) => `${path}: ${rule}`,
  );
  expect(found.sort()).toEqual(FILES.flatMap(([path, , rule]) => (rule ? [`${path}: ${rule}`] : [])).sort());
});
