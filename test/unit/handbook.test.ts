import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { GOES_BY, type GoesBy } from '../../src/cli/home/goes-by.ts';

const HANDBOOK = join(import.meta.dirname, '..', '..', 'docs', 'handbook');
const read = (name: string) => readFileSync(join(HANDBOOK, name), 'utf8');

/** What stands in backquotes in rows of tables that begin so. */
function quotedIn(text: string, row: RegExp): readonly string[] {
  const rows = text.split('\n').filter((line) => row.test(line));
  return rows.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) => quoted));
}

/** The command of each `bp-agents …` in the code of a text. */
function typedIn(text: string): readonly string[] {
  const code = [...text.matchAll(/```[^]*?```|`[^`\n]+`/g)].map(([quoted]) => quoted);
  return code.flatMap((quoted) =>
    [...quoted.matchAll(/(?<![./\w-])bp-agents(?: --home \S+)? ([a-z]+)\b/g)].map(([, name = '']) => name),
  );
}

describe('the handbook', () => {
  it('has every page in its index', () => {
    const pages = readdirSync(HANDBOOK).filter((name) => name !== 'README.md');
    expect(pages.filter((name) => !read('README.md').includes(`](${name})`))).toEqual([]);
  });

  it('has every command in its list', () => {
    const listed = new Set(quotedIn(read('commands.md'), /^\| `/).map((name) => name.split(' ')[0]));
    expect(COMMANDS.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
  });

  it('types only commands that are there, and so does the README', () => {
    const names = new Set(['help', ...COMMANDS.map(({ name }) => name)]);
    const texts = [...readdirSync(HANDBOOK), '../../README.md', '../../CONTRIBUTING.md', '../agents/README.md'].map(
      read,
    );
    const typed = texts.flatMap(typedIn);
    expect(typed.length).toBeGreaterThan(100);
    expect(typed.filter((name) => !names.has(name))).toEqual([]);
  });

  it('says of every command what configuration it goes by', () => {
    const rows: Readonly<Record<GoesBy, RegExp>> = {
      run: /^\| what shows an economy/,
      running: /^\| what changes one/,
      file: /^\| what is about the next/,
    };
    for (const [kind, row] of Object.entries(rows)) {
      const listed = quotedIn(read('configuration.md'), row).filter((quoted) => quoted in GOES_BY);
      const commands = Object.keys(GOES_BY).filter((name) => GOES_BY[name] === kind);
      expect(
        commands.filter((name) => !listed.includes(name)),
        kind,
      ).toEqual([]);
    }
  });
});
