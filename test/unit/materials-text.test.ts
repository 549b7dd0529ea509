import { describe, expect, it } from 'vitest';
import { materialsText } from '../../src/domain/materials.ts';

describe('the line about materials', () => {
  it('says what is read, where, by whom, and what was left out', () => {
    const leftOut = [
      { reason: 'environment', count: 1, example: '".env"' },
      { reason: 'key', count: 3, example: '"a/id_rsa"' },
    ] as const;
    expect(materialsText({ files: 2, bytes: 1_234_567, leftOut, problem: null })).toBe(
      'agents read 2 files of materials/ (1235 kB) at /materials, and what they read may reach the providers of language models; left out: 1 environment file: ".env"; 3 keys or credentials, such as "a/id_rsa"',
    );
    expect(materialsText({ files: 0, bytes: 0, leftOut: [], problem: null })).toBe(
      'agents read 0 files of materials/ (0 bytes) at /materials',
    );
  });

  it('says what is in the way, and what goes on', () => {
    expect(materialsText({ files: 1, bytes: 200_000_000, leftOut: [], problem: 'materials/ holds too much' })).toBe(
      'materials/ holds too much: agents go on reading what they did: 1 file of materials/ (200 MB)',
    );
    expect(materialsText({ files: 0, bytes: 0, leftOut: [], problem: 'materials/ holds too much' })).toBe(
      'materials/ holds too much: agents read nothing of it',
    );
  });
});
