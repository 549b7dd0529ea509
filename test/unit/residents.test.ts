import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderShelf } from '../../src/operator/templates/template-shelf.ts';
import { RESIDENTS } from '../helpers/residents.ts';

const shelf = new FolderShelf(join(import.meta.dirname, '..', '..', 'runtime'));

it.each(RESIDENTS.map(({ template }) => template))('%s bids for no less than its first life has', (template) => {
  const { files, form } = shelf.find(template)!;
  const { cpu_seconds: cpu, memory_mb: memory, tokens } = form.needs.bundle;
  const least = `LEAST = {"cpu_seconds": ${cpu}, "memory_mb": ${memory}, "tokens": ${tokens}}`;
  expect(files.find(({ path }) => path === 'drive.py')?.content.toString()).toContain(least);
});
