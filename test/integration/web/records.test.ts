import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RECORDS = new URL('../../../dist/web/access/records.js', import.meta.url).href;
const NAMES = 3000;

/** Takes all of them away, beginning when the other one does, and says how many it got. */
const TAKER = `
const { parentPort, workerData: { module, folder, names, ready } } = require('node:worker_threads');
import(module).then(({ Records }) => {
  const records = new Records(folder, { most: names });
  const count = new Int32Array(ready);
  for (Atomics.add(count, 0, 1); Atomics.load(count, 0) < 2;);
  let taken = 0;
  for (let name = 0; name < names; name++) if (records.remove(String(name))) taken++;
  parentPort.postMessage(taken);
});`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a record', () => {
  it('is taken away by one, of several who do it at the same moment', async () => {
    for (let name = 0; name < NAMES; name++) writeFileSync(join(folder, String(name)), '');
    const workerData = { module: RECORDS, folder, names: NAMES, ready: new SharedArrayBuffer(4) };
    const takers = [1, 2].map(() => new Worker(TAKER, { eval: true, workerData }));
    const taken = await Promise.all(takers.map((taker) => once(taker, 'message') as Promise<[number]>));
    expect(taken.flat().reduce((sum, count) => sum + count)).toBe(NAMES);
  });
});
