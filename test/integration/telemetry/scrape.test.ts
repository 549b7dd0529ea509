import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome, type RunningCommand } from '../../helpers/cli.ts';
import { instantEngine, liveOn } from '../../helpers/instant-engine.ts';
import { startCollector, type OtlpCollector } from '../../helpers/otlp-collector.ts';
import { readScrape, type Scrape } from '../../helpers/prometheus-text.ts';

const QUICK = ['--set', 'market.cycle_seconds=0.05', '--set', 'market.supply.cpu_seconds=16'];
let home: CliHome;
let market: RunningCommand | undefined;
let collector: OtlpCollector | undefined;
afterEach(async () => {
  market?.interrupt();
  await market?.ended;
  await collector?.close();
  [market, collector] = [undefined, undefined];
  home.remove();
});

/** A run with these settings; resolves with the origin of its page. */
async function start(...settings: readonly string[]): Promise<string> {
  const set = settings.flatMap((setting) => ['--set', setting]);
  market = home.start('run', '--headless', '--bootstrap', ...QUICK, ...set);
  for (;;) {
    const [, origin] = /page: (http:\/\/127\.0\.0\.1:\d+)\//.exec(market.output) ?? [];
    if (origin !== undefined) return origin;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Got {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: told } = answer;
      text(answer).then((body) => resolve({ status, body, type: told['content-type'] ?? '' }), reject);
    });
    asked.on('error', reject).end();
  });
}

const tokenPath = () => join(home.directory, '.bp-agents', 'metrics-token');
const token = () => readFileSync(tokenPath(), 'utf8').trim();

/** Scrapes until that holds. */
async function until(origin: string, holds: (scrape: Scrape) => boolean): Promise<Scrape> {
  for (;;) {
    const { status, body, type } = await get(`${origin}/metrics`, { authorization: `Bearer ${token()}` });
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    const scrape = readScrape(body);
    if (holds(scrape)) return scrape;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('metrics', () => {
  it('of a run are shown to who has their token, and go on after it where the database counts', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    const origin = await start('metrics.enabled=true');
    // Cycles go on while a busy machine has not yet run anything of what they sold.
    const first = await until(
      origin,
      (scrape) =>
        scrape.value('bp_agents_cycles_total') >= 20 &&
        scrape.value('bp_agents_executions_total', { outcome: 'completed' }) > 0 &&
        scrape.value('bp_agents_prompts', { status: 'open' }) > 0,
    );
    expect(first.value('bp_agents_agent_executions_total', { agent: 'genesis' })).toBeGreaterThan(0);
    expect(first.value('bp_agents_issued_credits_total')).toBe(1000);
    expect(first.value('bp_agents_prompts', { status: 'open' })).toBe(1);
    expect(statSync(tokenPath()).mode & 0o777).toBe(0o600);
    const before = token();
    market?.interrupt();
    await market?.ended;
    const again = await start('metrics.enabled=true');
    expect(token()).toBe(before);
    const second = await until(again, () => true);
    expect(second.value('bp_agents_cycles_total')).toBeGreaterThanOrEqual(first.value('bp_agents_cycles_total'));
    expect(second.value('bp_agents_issued_credits_total')).toBe(1000);
  });

  it('are shown to nobody else, and their token opens nothing else', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    const origin = await start('metrics.enabled=true');
    const url = `${origin}/metrics`;
    const refused = { status: 401, type: 'application/problem+json' };
    expect(await get(url)).toMatchObject(refused);
    for (const authorization of ['Bearer', 'Bearer x', `Basic ${token()}`, `Bearer ${token()}x`, 'Bearer  '])
      expect(await get(url, { authorization })).toMatchObject(refused);
    expect(await get(`${url}?token=${token()}`)).toMatchObject(refused);
    expect(await get(url, { cookie: `bp-agents=${token()}` })).toMatchObject(refused);
    const authorization = `Bearer ${token()}`;
    expect(await get(url, { authorization, host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await get(url, { authorization, origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await get(url, { authorization, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(await get(`${origin}/api/now`, { authorization })).toMatchObject({ status: 401 });
    expect(await get(url, { authorization })).toMatchObject({ status: 200 });
    expect(market?.output).not.toContain(token());
  });

  it('are not there unless they are wanted', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    const origin = await start();
    expect(await get(`${origin}/metrics`, { authorization: 'Bearer x' })).toMatchObject({ status: 401 });
    expect(token).toThrow();
  });

  it('that are wanted without the page are said to be missing', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    const end = await home.run(
      'run',
      '--headless',
      '--no-web',
      ...QUICK,
      '--cycles',
      '1',
      '--set',
      'metrics.enabled=true',
    );
    expect(end).toMatchObject({ exitCode: 0 });
    expect(end.stdout).toContain('metrics are on, but they are served with the page, which is not');
  });

  it('take a token that was put there by hand, and replace what is none', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    await home.run('run', '--headless', ...QUICK, '--cycles', '1', '--set', 'metrics.enabled=true');
    writeFileSync(tokenPath(), `${'a'.repeat(64)}\n`);
    const origin = await start('metrics.enabled=true');
    await until(origin, () => true);
    market?.interrupt();
    await market?.ended;
    writeFileSync(tokenPath(), 'short\n');
    await start('metrics.enabled=true');
    expect(token()).toMatch(/^[\w-]{43}$/);
  });
});

describe('traces', () => {
  it('of a run are sent as it goes, and what is left of them at its end', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    collector = await startCollector();
    await start(`traces.endpoint=${collector.endpoint}/`, 'traces.interval_ms=100');
    await collector.until(/^invoke_agent genesis$/, 1);
    market?.interrupt();
    const { stdout } = (await market?.ended) ?? { stdout: '' };
    const executions = await home.json<readonly { readonly id: string }[]>('executions');
    const sent = collector.spans.filter(({ name }) => name === 'invoke_agent genesis');
    const ids = sent.map(({ attributes }) => attributes['bp_agents.execution.id']);
    expect(ids.toSorted()).toEqual(executions.map(({ id }) => id).toSorted());
    expect(stdout).toContain('ended after cycle');
    expect(collector.bodies.join('')).not.toContain('A letter');
  });

  it('hold up no run whose collector is not there', async () => {
    home = cliHome({ engine: instantEngine(liveOn) });
    const settings = ['traces.endpoint=http://127.0.0.1:1', 'traces.interval_ms=20', 'traces.flush_ms=100'];
    const set = settings.flatMap((setting) => ['--set', setting]);
    const end = await home.run('run', '--headless', '--bootstrap', ...QUICK, '--cycles', '5', ...set);
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await home.json('executions')).not.toHaveLength(0);
  });
});
