import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMemory } from '../../../src/cli/home/check-memory.ts';
import { fakeClock, type FakeClock } from '../../helpers/fake-clock.ts';

const DAY_MS = 86_400_000;

let directory: string;
let path: string;
let clock: FakeClock;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-memory-'));
  path = join(directory, 'proven.json');
  clock = fakeClock();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const memory = ({ version = '1', isTrusted = true } = {}) => checkMemory({ version, clock }, path, { isTrusted });

describe('what is remembered of the check of an engine', () => {
  it('holds for the same engine and program, for a day', () => {
    expect(memory().recall('one')).toBeUndefined();
    memory({ isTrusted: false }).remember('one', ['it is slow']);
    expect(memory().recall('one')).toEqual(['it is slow']);
    expect(memory().recall('another')).toBeUndefined();
    expect(memory({ version: '2' }).recall('one')).toBeUndefined();
    clock.advance(DAY_MS - 1);
    expect(memory().recall('one')).toEqual(['it is slow']);
    clock.advance(1);
    expect(memory().recall('one')).toBeUndefined();
  });

  it('is believed only where it is to be', () => {
    memory().remember('one', []);
    expect(memory({ isTrusted: false }).recall('one')).toBeUndefined();
    expect(memory().recall('one')).toEqual([]);
  });

  it('is nothing where the file is none of its own, and follows no link', () => {
    writeFileSync(path, 'torn {');
    expect(memory().recall('one')).toBeUndefined();
    const other = join(directory, 'other');
    writeFileSync(other, 'mine');
    rmSync(path);
    symlinkSync(other, path);
    memory().remember('one', []);
    expect(readFileSync(other, 'utf8')).toBe('mine');
    expect(memory().recall('one')).toEqual([]);
  });
});
