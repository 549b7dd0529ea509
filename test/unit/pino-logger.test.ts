import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogger } from '../../src/platform/pino-logger.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bp-logs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function open(
  options: { readonly fileBytesMax?: number; readonly screen?: (line: string, level: string) => void } = {},
) {
  return openLogger({
    directory: join(home, 'logs'),
    level: 'info',
    fileBytesMax: 1_000_000,
    filesMax: 3,
    ...options,
  });
}

const files = () => readdirSync(join(home, 'logs')).sort();

describe('the log', () => {
  it('has one JSON object per line, with level and time as words', () => {
    const logger = open();
    logger.info({ cycle: 3 }, 'cleared');
    logger.debug({}, 'not logged at this level');
    const lines = readFileSync(logger.path, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      cycle: 3,
      msg: 'cleared',
    });
  });

  it('is readable on the screen, error included', () => {
    const lines: string[] = [];
    const logger = open({ screen: (line, level) => lines.push(`${level}: ${line}`) });
    logger.warn({ err: new Error('no answer'), attempt: 2 }, 'the engine failed');
    expect(lines).toEqual(['warn: the engine failed: no answer  attempt=2']);
  });

  it('holds no token', () => {
    const logger = open();
    logger.info({ token: 'abc-secret', request: { authorization: 'abc-secret' } }, 'called');
    expect(readFileSync(logger.path, 'utf8')).not.toContain('abc-secret');
  });

  it('keeps a limited number of files of limited size, the newest lines among them', () => {
    const logger = open({ fileBytesMax: 4096 });
    for (let n = 0; n < 500; n++) logger.info({ n }, 'line');
    expect(files()).toEqual(['bp-agents.1.log', 'bp-agents.2.log', 'bp-agents.log']);
    for (const file of files()) expect(statSync(join(home, 'logs', file)).size).toBeLessThanOrEqual(4096);
    expect(readFileSync(logger.path, 'utf8')).toContain('"n":499');
  });

  it('goes on in the new file when another process has rotated it', () => {
    const [one, other] = [open({ fileBytesMax: 4096 }), open({ fileBytesMax: 4096 })];
    for (let n = 0; n < 60; n++) {
      one.info({ n }, 'from one');
      other.info({ n }, 'from the other');
    }
    const all = files().map((file) => readFileSync(join(home, 'logs', file), 'utf8'));
    expect(all.join('').trim().split('\n')).toHaveLength(120);
    for (const text of all) expect(text.length).toBeLessThanOrEqual(4096);
    expect(all.filter((text) => text.length > 3900)).toHaveLength(all.length - 1);
    expect(readFileSync(one.path, 'utf8')).toContain('"n":59');
  });

  it('is never a reason to fail: a line that cannot be written is counted', () => {
    writeFileSync(join(home, 'logs'), 'a file where the directory should be');
    const logger = open();
    logger.error({}, 'disk full');
    expect(logger.lost).toBe(1);
  });

  it('goes on with the file that is there', () => {
    open().info({}, 'first run');
    const logger = open();
    logger.info({}, 'second run');
    expect(readFileSync(logger.path, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});
