/**
 * What an open page costs a busy run: CPU seconds of the program for each cycle while the page is open and while it is
 * shut, in turns, and the memory of both. `npm run bench -- open-page [-- TURNS SECONDS VIEW]`; 4 turns of 60 s, at Now.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser, visit, type Visit } from '../helpers/browser.ts';
import { AGENTS, busyHome } from '../helpers/busy-home.ts';

const [turns = 4, seconds = 60] = process.argv.slice(2, 4).map(Number);
const view = process.argv[4] ?? 'now';
/** Of a second: Linux counts in these. */
const TICKS = 100;

const { home, run } = await busyHome();
const browser = await openBrowser();
try {
  const { pid } = run.child;
  const [shut, open]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    shut.push(await costOf(pid!));
    const visited = await visit(browser, (await home.run('open', '--print')).stdout.trim());
    await visited.page.evaluate(`location.hash = '#/${view}'`);
    await sleep(2000);
    open.push(await costOf(pid!));
    console.log(`program ${megabytesOf(pid!)} MB, page ${await heapOf(visited)} MB of heap`);
    await visited.close();
  }
  const ratios = open.map((cost, turn) => cost / shut[turn]!);
  const ms = (values: readonly number[]) => values.map((value) => (1000 * value).toFixed(1)).join(' ');
  console.log(`${AGENTS} agents, cycles of a second, ${turns} turns of ${seconds} s each way, at ${view}`);
  console.log(`CPU ms a cycle, shut  ${ms(shut)}\nCPU ms a cycle, open  ${ms(open)}`);
  console.log(`median ratio          ${medianOf(ratios).toFixed(3)}`);
} finally {
  await browser.close();
  await run.kill();
  home.remove();
}

/** CPU seconds for each cycle, over one turn. */
async function costOf(pid: number): Promise<number> {
  const [cpu, cycle] = [cpuSecondsOf(pid), await cycleNow()];
  await sleep(seconds * 1000);
  return (cpuSecondsOf(pid) - cpu) / ((await cycleNow()) - cycle);
}

async function cycleNow(): Promise<number> {
  return (await home.json<{ cycle: number }>('status')).cycle;
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function megabytesOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

async function heapOf({ page }: Visit): Promise<string> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return (usedSize / 1_000_000).toFixed(1);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
