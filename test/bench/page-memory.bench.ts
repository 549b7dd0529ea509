/**
 * What a busy run and a page that stays open hold over time: the program's resident memory and heap, and the page's,
 * each after a collection, with all views visited before each look. `npm run bench -- page-memory [-- MINUTES SAMPLES]`; 4 minutes, looked at 9 times.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';
import { openBrowser, visit } from '../helpers/browser.ts';
import { busyHome } from '../helpers/busy-home.ts';

const [minutes = 4, samples = 9] = process.argv.slice(2, 4).map(Number);

const VISIT_MS = 2000;
/** The last one is looked at until the next round. */
const VIEWS = ['inbox', 'requests', 'agents', 'agents/agent-1', 'executions', 'bids', 'market', 'books', 'now'];

const { home, run } = await busyHome({ NODE_OPTIONS: '--inspect=127.0.0.1:0' });
const browser = await openBrowser();
try {
  const program = await inspectorOf(run.output);
  const { page } = await visit(browser, (await home.run('open', '--print')).stdout.trim());
  const tab = await page.context().newCDPSession(page);
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  console.log('minute  program MB  its heap MB  page MB  its heap MB  its nodes');
  for (let sample = 0; sample < samples; sample++) {
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await sleep(VISIT_MS);
    }
    const restMs = (minutes * 60_000) / (samples - 1) - VIEWS.length * VISIT_MS;
    if (sample > 0) await sleep(Math.max(0, restMs));
    const figures = [
      residentMegabytes(run.child.pid!),
      await program.heapMegabytes(),
      Math.max(...renderers.map(residentMegabytes)),
      await heapMegabytesOf(tab),
      await page.evaluate('document.querySelectorAll("*").length'),
    ];
    console.log([((sample * minutes) / (samples - 1)).toFixed(1), ...figures].join('  '));
  }
  program.close();
} finally {
  await browser.close();
  await run.kill();
  home.remove();
}

async function heapMegabytesOf(tab: CDPSession): Promise<string> {
  await tab.send('HeapProfiler.collectGarbage');
  return ((await tab.send('Runtime.getHeapUsage')).usedSize / 1_000_000).toFixed(2);
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** Node's own inspector, which can collect and tell what is left. */
async function inspectorOf(printed: string) {
  const [address] = /ws:\/\/\S+/.exec(printed) ?? [];
  const { WebSocket } = await import('undici');
  const socket = new WebSocket(address!);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let last = 0;
  const ask = (method: string) =>
    new Promise<{ readonly usedSize: number }>((resolve) => {
      const id = ++last;
      const onMessage = ({ data }: { readonly data: unknown }) => {
        const answer = JSON.parse(String(data)) as {
          readonly id: number;
          readonly result: { readonly usedSize: number };
        };
        if (answer.id !== id) return;
        socket.removeEventListener('message', onMessage);
        resolve(answer.result);
      };
      socket.addEventListener('message', onMessage);
      socket.send(JSON.stringify({ id, method }));
    });
  return {
    async heapMegabytes(): Promise<string> {
      await ask('HeapProfiler.collectGarbage');
      return ((await ask('Runtime.getHeapUsage')).usedSize / 1_000_000).toFixed(2);
    },
    close: () => socket.close(),
  };
}
