import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastAuditPath, outputPath, outputSourcesPath } from '../../../src/config/home-places.ts';
import { sourceLine } from '../../../src/domain/output-source.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { Histories } from '../../../src/operator/history/histories.ts';
import { keepAudit } from '../../../src/operator/last-audit.ts';
import { RunningUses } from '../../../src/operator/running-uses.ts';
import type { OutputPiece } from '../../../src/operator/views/output-piece.ts';
import type { WebRoute } from '../../../src/web/route.ts';
import { allRoutes } from '../../../src/web/routes/all-routes.ts';
import type { WebDeps } from '../../../src/web/web-deps.ts';
import { accepted } from '../../helpers/economy.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../../helpers/eventful-economy.ts';

let economy: EventfulEconomy;
let routes: readonly WebRoute[];
beforeAll(() => {
  economy = openEventfulEconomy();
  routes = allRoutes(new Histories(economy));
});
afterAll(() => economy.close());

/** What a route answers. */
async function ask(path: string, query: Record<string, string> = {}, id = '') {
  const route = routes.find((it) => it.method === 'GET' && it.path === path);
  if (!route) throw new Error(`no route ${path}`);
  const home = { directory: economy.home, config: economy.config, economy, close: () => undefined };
  return route.handle({ params: { id }, query, body: {} }, { home } as unknown as WebDeps);
}

const value = async (...asked: Parameters<typeof ask>) => accepted(await ask(...asked)) as never;

describe('the route of what is used so far', () => {
  it('tells of what runs in this process', async () => {
    const uses = new RunningUses(economy.clock);
    uses.follow(7, { usedCpuMs: () => Promise.resolve(250), memoryPeakBytes: () => Promise.resolve(3_145_728) });
    const route = routes.find(({ path }) => path === '/api/now/use')!;
    const told = (deps: object) => route.handle({ params: {}, query: {}, body: {} }, deps as WebDeps);
    expect(accepted(await told({ uses }))).toEqual([{ id: 'exe_7', cpu_seconds: 0.25, memory_mb_peak: 3 }]);
    expect(accepted(await told({}))).toEqual([]);
  });
});

describe('the routes of agents', () => {
  it('sort, filter and page as they are told', async () => {
    const all = (await value('/api/agents', { sort: 'id', order: 'ascending' })) as { agents: { id: string }[] };
    const ids = all.agents.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(await value('/api/agents', { text: 'chi', limit: '1' })).toMatchObject({
      agents: [{ id: 'child' }],
      count: 1,
    });
    expect(await value('/api/lineage', { parent: 'parent' })).toMatchObject({ agents: [{ id: 'child' }], next: null });
    expect(await value('/api/agents/:id', {}, 'child')).toMatchObject({
      agent: { id: 'child' },
      ancestors: ['parent'],
    });
  });

  it.each([
    ['/api/agents', { limit: '1e3' }, 'wrong_type'],
    ['/api/agents', { limit: '201' }, 'too_large'],
    ['/api/agents', { sort: 'constructor' }, 'invalid_value'],
    ['/api/agents', { status: 'sleeping' }, 'invalid_value'],
    ['/api/lineage', { parent: 'nobody' }, 'agent_not_found'],
    ['/api/executions', { before: '-1' }, 'wrong_type'],
    ['/api/executions', { agent: '../x' }, 'invalid_id'],
    ['/api/bids', { status: 'lost' }, 'invalid_value'],
    ['/api/market', { from: 'all' }, 'wrong_type'],
  ])('%s refuses %j', async (path, query: Record<string, string>, code) => {
    expect(await ask(path, query)).toMatchObject({ ok: false, code });
  });

  it('know nobody who is not there', async () => {
    expect(await ask('/api/agents/:id', {}, 'nobody')).toMatchObject({ code: 'agent_not_found' });
    expect(await ask('/api/executions/:id', {}, 'exe_99999')).toMatchObject({ code: 'execution_not_found' });
    expect(await ask('/api/bids/:id', {}, 'bid_99999')).toMatchObject({ code: 'bid_not_found' });
    expect(await ask('/api/bids/:id', {}, 'bid_x')).toMatchObject({ code: 'invalid_id' });
  });
});

describe('the routes of executions', () => {
  it('tell the receipt, the calls of models, and what it showed', async () => {
    expect(await value('/api/executions/:id', {}, 'exe_1')).toMatchObject({
      execution: { id: 'exe_1', agent_id: 'scored', outcome: 'completed' },
      calls: [{ model: 'gpt' }],
      calls_left_out: false,
      prompt: { id: 'prompt_1', status: 'scored' },
    });
  });

  it('give the end of what was printed, and any part of it', async () => {
    expect(await value('/api/executions/:id/output', {}, 'exe_2')).toMatchObject({ text: '', bytes: null });
    const path = outputPath(economy.home, 'exe_1');
    mkdirSync(dirname(path), { recursive: true });
    const text = Array.from({ length: 20_000 }, (_, line) => `line ${line}`).join('\n');
    writeFileSync(path, text);
    const last: OutputPiece = await value('/api/executions/:id/output', {}, 'exe_1');
    expect(last.text).toBe(text.slice(-last.piece));
    expect(last).toMatchObject({ up_to: text.length, bytes: text.length });
    const part: OutputPiece = await value('/api/executions/:id/output', { from: '10' }, 'exe_1');
    expect(part.text).toBe(text.slice(10, 10 + part.piece));
    expect(part.stderr).toEqual([]);
    writeFileSync(path, 'é, ä! ö');
    writeFileSync(outputSourcesPath(path), sourceLine(4, 'stderr') + sourceLine(7, 'stdout'));
    expect(await value('/api/executions/:id/output', {}, 'exe_1')).toMatchObject({ text: 'é, ä! ö', stderr: [[3, 5]] });
    expect(await value('/api/executions/:id/output', { from: '99999999' }, 'exe_1')).toMatchObject({ text: '' });
  });

  it('follow no link in the place of what was printed', async () => {
    symlinkSync('/etc/passwd', outputPath(economy.home, 'exe_3'));
    await expect(ask('/api/executions/:id/output', {}, 'exe_3')).rejects.toMatchObject({ code: 'log_unreadable' });
  });
});

describe('the routes of money', () => {
  it('show the market of the newest cycles', async () => {
    const { cycles } = (await value('/api/market', { last: '3' })) as { cycles: { cycle: number }[] };
    const newest = economy.store.state.get().cycle;
    expect(cycles.map(({ cycle }) => cycle)).toEqual([newest - 2, newest - 1, newest]);
    expect(await value('/api/market', { from: '900000' })).toMatchObject({ cycles: [] });
  });

  it('show the books, and what the last audit said', async () => {
    expect(await value('/api/books')).toMatchObject({ adds_up: true, audit: null, complete: true });
    mkdirSync(dirname(lastAuditPath(economy.home)), { recursive: true });
    const report = auditLedger(economy);
    keepAudit(economy.home, report, economy.clock.now());
    expect(await value('/api/books')).toMatchObject({
      transfers: report.transfers,
      audit: { ok: true, transfers: report.transfers, head: report.head, first_difference: null },
      credits: { issued: report.issued, held: report.held },
    });
    writeFileSync(lastAuditPath(economy.home), '{"ok":1}');
    expect(await value('/api/books')).toMatchObject({ audit: null });
  });
});
