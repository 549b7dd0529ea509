import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutputFile, removeOutput } from '../../../src/sandbox/content/output-file.ts';
import { cutMarker } from '../../helpers/cut-marker.ts';

let place: string;
let path: string;
let warnings: string[];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'bp-output-'));
  path = join(place, 'logs', 'exe_1.log');
  warnings = [];
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const nothing = () => undefined;
const logger = {
  debug: nothing,
  info: nothing,
  error: nothing,
  warn: (_: object, text: string) => warnings.push(text),
};

async function write(texts: readonly string[], bytesMax: number, bytesKept = 0) {
  const file = createOutputFile({ path, bytesMax, bytesKept, logger });
  for (const text of texts) void file.write(Buffer.from(text));
  await file.close();
  return { kept: existsSync(path) ? readFileSync(path, 'utf8') : undefined, bytes: file.bytes };
}

describe('the output of an execution', () => {
  it('is never let go of before what came first is in the file', async () => {
    const file = createOutputFile({ path, bytesMax: 3, logger });
    void file.write(Buffer.from('onetwo'));
    await file.write(Buffer.from('three'));
    expect(readFileSync(path, 'utf8')).toBe(`one${cutMarker(3)}`);
    await file.close();
  });

  it('is kept in order and as it is', async () => {
    expect(await write(['one\n', '\u001b[31mtwo'], 100)).toEqual({ kept: 'one\n\u001b[31mtwo', bytes: 12 });
  });

  it('is no file where nothing was printed', async () => {
    expect(await write([''], 100)).toEqual({ kept: undefined, bytes: 0 });
  });

  it('is cut at the cap, with a line that says so, and counted beyond it', async () => {
    expect(await write(['12345', '6789', 'abc', 'def'], 8)).toEqual({ kept: `12345678${cutMarker(8)}`, bytes: 15 });
  });

  it('is not cut where it just fits', async () => {
    expect(await write(['12345', '678'], 8)).toEqual({ kept: '12345678', bytes: 8 });
  });

  it('is cut once, also where it came in one piece or nothing is to be kept', async () => {
    expect((await write(['123456789', 'x'], 4)).kept).toBe(`1234${cutMarker(4)}`);
    rmSync(path);
    expect((await write(['123456789', 'x'], 0)).kept).toBe(cutMarker(0));
  });

  it('goes on under the same cap after an earlier process', async () => {
    await write(['12345'], 8);
    expect((await write(['6789'], 8, 5)).kept).toBe(`12345678${cutMarker(8)}`);
  });

  it('that was cut by an earlier process stays so, and is counted on from where it is told', async () => {
    await write(['123456789'], 8);
    const file = createOutputFile({ path, bytesMax: 8, bytesKept: statSync(path).size, logger });
    expect(file.bytes).toBe(8);
    file.goOnFrom(20);
    await file.write(Buffer.from('abc'));
    await file.close();
    expect(file.bytes).toBe(23);
    expect(readFileSync(path, 'utf8')).toBe(`12345678${cutMarker(8)}`);
  });

  it('has beside it where its source changes, where anything came by stderr', async () => {
    const sources = join(place, 'logs', 'exe_1.sources');
    await write(['only by stdout\n'], 100);
    expect(existsSync(sources)).toBe(false);
    rmSync(path);
    const file = createOutputFile({ path, bytesMax: 12, logger });
    void file.write(Buffer.from('out'));
    void file.write(Buffer.from('err'), 'stderr');
    await file.write(Buffer.from('more'), 'stderr');
    void file.write(Buffer.from('o'));
    await file.close();
    const next = createOutputFile({ path, bytesMax: 12, bytesKept: 11, logger });
    void next.write(Buffer.from('cut'), 'stderr');
    await next.close();
    expect(readFileSync(path, 'utf8')).toBe(`outerrmoreoc${cutMarker(12)}`);
    expect(readFileSync(sources, 'utf8')).toBe('3 stderr\n10 stdout\n11 stderr\n12 stdout\n');
    await removeOutput(path);
    expect([existsSync(path), existsSync(sources)]).toEqual([false, false]);
  });

  it('tells its sources apart up to a limit', async () => {
    const file = createOutputFile({ path, bytesMax: 1_000_000, logger });
    for (let count = 0; count < 100_000; count++) void file.write(Buffer.from('x'), count % 2 ? 'stdout' : 'stderr');
    await file.close();
    const noted = readFileSync(join(place, 'logs', 'exe_1.sources'), 'utf8');
    expect(noted.length).toBeGreaterThan(250_000);
    expect(noted.length).toBeLessThan(263_000);
    expect(noted).toMatch(/ stdout\n$/);
  });

  it('is written together where it comes byte by byte, and told of together', async () => {
    const file = createOutputFile({ path, bytesMax: 100_000, logger });
    const told = new Set<Promise<void>>();
    for (let count = 0; count < 50_000; count++) told.add(file.write(Buffer.from('x')));
    await Promise.all(told);
    expect(told.size).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('x'.repeat(50_000));
    await file.close();
  });

  it('tells when a piece needs no memory any more', async () => {
    const file = createOutputFile({ path, bytesMax: 100, logger });
    await file.write(Buffer.from('kept'));
    expect(readFileSync(path, 'utf8')).toBe('kept');
    await file.close();
  });

  it('does not change with the buffer that it came in', async () => {
    const file = createOutputFile({ path, bytesMax: 100, logger });
    const buffer = Buffer.from('first');
    void file.write(buffer);
    buffer.fill('x');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  it('is dropped with one warning where it can not be written', async () => {
    mkdirSync(join(place, 'logs'), { recursive: true });
    rmSync(join(place, 'logs'), { recursive: true });
    writeFileSync(join(place, 'logs'), 'a file in the way');
    const file = createOutputFile({ path, bytesMax: 100, logger });
    void file.write(Buffer.from('a'));
    void file.write(Buffer.from('b'));
    await file.close();
    expect(warnings).toHaveLength(1);
    expect(file.bytes).toBe(2);
  });
});
