import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

// What takes longer to read than it takes to say is said again, shorter.

const ROOT = join(import.meta.dirname, '..', '..');
const CHARS_MAX = 600;
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...below('docs', '.md'), 'runtime/README.md'];
const CODE = ['src', 'test', 'runtime'].flatMap((folder) =>
  below(folder, '.ts', '.tsx', '.sql', '.mjs', '.cjs', '.c', '.h'),
);

function below(folder: string, ...extensions: readonly string[]): readonly string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true });
  const found = entries.filter((entry) => entry.isFile() && extensions.includes(extname(entry.name)));
  return found.map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)));
}

/** Those of files that are too long: where each is, how long it is, and how it begins. */
function tooLong(files: readonly string[], paragraphsOf: (text: string) => readonly string[]): readonly string[] {
  return files.flatMap((path) =>
    paragraphsOf(readFileSync(join(ROOT, path), 'utf8'))
      .filter(({ length }) => length > CHARS_MAX)
      .map((paragraph) => `${path}: ${paragraph.length}: ${paragraph.slice(0, 60)}`),
  );
}

/** Joins lines that belong together; `startOf` tells those that begin a paragraph, and '' ends one. */
function joined(lines: readonly string[], begins: (line: string) => boolean): readonly string[] {
  const paragraphs: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    if (line === '') isOpen = false;
    else if (isOpen && !begins(line)) paragraphs.push(`${paragraphs.pop()} ${line}`);
    else paragraphs.push(line);
    isOpen = line !== '';
  }
  return paragraphs;
}

/** Paragraphs, points of lists and cells of tables; what stands between fences is left out. */
function paragraphsOfDocument(markdown: string): readonly string[] {
  const lines = markdown.replaceAll(/^ *```[^]*?^ *```|^\|[-:| ]+\|$/gm, '').split('\n');
  const cells = lines.flatMap((line) => (line.startsWith('|') ? [...line.split('|'), ''] : [line]));
  return joined(
    cells.map((line) => line.trim()),
    (line) => /^([-*]|\d+\.|#+) /.test(line),
  );
}

/** Paragraphs of comments; a tag begins one, and a point of a list. */
function paragraphsOfComments(source: string): readonly string[] {
  const lines = source
    .split('\n')
    .map((line) => /^\s*(?:\/\/|\/\*\*?|\*(?!\/)|--)(.*?)(?:\*\/)?$/.exec(line)?.[1] ?? '');
  return joined(
    lines.map((line) => line.trim()),
    (line) => /^(@|[-*] |\d+\. )/.test(line),
  );
}

describe(`no paragraph is longer than ${CHARS_MAX} characters`, () => {
  it('in a document', () => {
    expect(tooLong(DOCUMENTS, paragraphsOfDocument)).toEqual([]);
  });

  it('in a comment', () => {
    expect(tooLong(CODE, paragraphsOfComments)).toEqual([]);
  });
});
