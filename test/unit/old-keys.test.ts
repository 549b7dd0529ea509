import { describe, expect, it } from 'vitest';
import { cachedConfig } from '../../src/config/config-cache.ts';
import { configJsonSchema, knownPaths } from '../../src/config/json-schema.ts';
import { effectiveValues, loadConfig, type ConfigSources } from '../../src/config/load.ts';
import { marketRules } from '../../src/economy/market/market-rules.ts';

const OLD = [
  ...['market:', '  cycle_seconds: 1', '  ttl_cycles: 60', '  bid_horizon_cycles: 360'],
  ...['lifecycle:', '  dormant_cycles: 30', '  restart_backoff_cycles: [2, 4, 8]', '  fault_backoff_cycles: [1]', ''],
].join('\n');

function sources(file?: string, given: Partial<ConfigSources> = {}): ConfigSources {
  return { home: '/economy', readFile: () => file, environment: {}, overrides: [], ...given };
}

function load(file?: string, given: Partial<ConfigSources> = {}) {
  const notices: string[] = [];
  const config = loadConfig(sources(file, { ...given, onNotice: (line) => notices.push(line) }));
  return { config, notices };
}

describe('a key that counted cycles', () => {
  it('means the time that so many cycles of this configuration take', () => {
    const { market, lifecycle } = load(OLD).config;
    expect(market).toMatchObject({ ttl_seconds: 60, bid_horizon_seconds: 360 });
    expect(lifecycle).toMatchObject({
      ...{ dormant_seconds: 30, restart_backoff_seconds: [2, 4, 8], fault_backoff_seconds: [1] },
    });
    const flagged = load(OLD, { overrides: ['market.cycle_seconds=0.7'] }).config;
    expect(flagged.market.ttl_seconds).toBe(42);
    expect(marketRules(flagged).ttlCycles).toBe(60);
  });

  it.each([0.01, 0.1, 0.3, 0.7, 1.1, 7, 3600])('comes to as many cycles as it said, at cycles of %d s', (seconds) => {
    for (const cycles of [1, 2, 3, 7, 10, 60, 99_999, 1_000_000]) {
      const { config } = load(`market: {cycle_seconds: ${seconds}, ttl_cycles: ${cycles}}`);
      expect(marketRules(config).ttlCycles).toBe(cycles);
    }
  });

  it('is told in one line that says what to write', () => {
    expect(load(OLD).notices).toEqual([
      'what counted cycles is told in seconds now; write instead of market.ttl_cycles (bp-agents.yaml:3) ' +
        'market.ttl_seconds: 60, of market.bid_horizon_cycles (bp-agents.yaml:4) market.bid_horizon_seconds: 360, ' +
        'of lifecycle.dormant_cycles (bp-agents.yaml:6) lifecycle.dormant_seconds: 30, ' +
        'of lifecycle.restart_backoff_cycles (bp-agents.yaml:7) lifecycle.restart_backoff_seconds: [2,4,8], ' +
        'of lifecycle.fault_backoff_cycles (bp-agents.yaml:8) lifecycle.fault_backoff_seconds: [1]',
    ]);
    expect(load('market: {ttl_seconds: 60}').notices).toEqual([]);
  });

  it('is read of variables and flags too, and the later kind has the last word', () => {
    const environment = { BP_MARKET__TTL_CYCLES: '5' };
    expect(load(undefined, { environment }).config.market.ttl_seconds).toBe(50);
    expect(load(OLD, { environment }).config.market.ttl_seconds).toBe(5);
    expect(load(OLD, { overrides: ['market.ttl_seconds=7'] }).config.market.ttl_seconds).toBe(7);
    expect(load('market: {ttl_seconds: 9}', { environment }).config.market.ttl_seconds).toBe(50);
    expect(load(undefined, { overrides: ['market={ttl_cycles: 4}'] }).config.market.ttl_seconds).toBe(40);
  });

  it.each([
    [
      'market:\n  ttl_cycles: 6\n  ttl_seconds: 60\n',
      {},
      'bp-agents.yaml:2: market.ttl_cycles is market.ttl_seconds now, which bp-agents.yaml:3 sets too',
    ],
    [
      undefined,
      { overrides: ['market.ttl_seconds=6', 'market.ttl_cycles=6'] },
      '--set market.ttl_cycles: market.ttl_cycles is market.ttl_seconds now, which --set market.ttl_seconds sets too',
    ],
    [
      'market: {ttl_cycles: 1.5}',
      {},
      'bp-agents.yaml:1: market.ttl_cycles is 1.5, but must be a whole number from 1 to 1000000',
    ],
    [
      'market: {ttl_cycles: }',
      {},
      'bp-agents.yaml:1: market.ttl_cycles is empty, but must be a whole number from 1 to 1000000',
    ],
    [
      'lifecycle: {fault_backoff_cycles: []}',
      {},
      'bp-agents.yaml:1: lifecycle.fault_backoff_cycles is [], but must be a list of 1 to 32 values, each a whole number from 1 to 1000000',
    ],
    [
      'market: {cycle_seconds: no, ttl_cycles: 5}',
      {},
      'bp-agents.yaml:1: market.cycle_seconds is "no", but must be a number from 0.01 to 3600',
    ],
  ])('is refused where it is wrong, or named beside the new one: %j %j', (file, given, message) => {
    expect(() => load(file, given)).toThrow(expect.objectContaining({ code: 'config_invalid', message }));
  });

  it('shows as the new one, with the line of the old, and is never suggested', () => {
    const values = effectiveValues(sources(OLD));
    expect(values.find(({ path }) => path.join('.') === 'market.ttl_seconds')).toMatchObject({
      ...{ value: 60, origin: 'bp-agents.yaml:3' },
    });
    expect(knownPaths(configJsonSchema()).filter((path) => path.at(-1)?.endsWith('_cycles'))).toEqual([]);
    expect(() => load('market: {ttl_cycle: 5}')).toThrow(/unknown key market.ttl_cycle; (?!.*_cycles)/);
  });

  it('is told again where the configuration comes from the cache', async () => {
    let kept: string | undefined;
    const cache = { program: '1', read: () => kept, write: (text: string) => (kept = text) };
    const told: string[] = [];
    for (let time = 0; time < 2; time++) {
      const config = await cachedConfig(sources(OLD, { onNotice: (line) => told.push(line) }), cache);
      expect(config.market.ttl_seconds).toBe(60);
    }
    expect(told).toHaveLength(2);
  });
});
