import { beforeEach, describe, expect, it } from 'vitest';
import { cachedConfig, type ConfigCache } from '../../src/config/config-cache.ts';
import { loadConfig, type ConfigSources } from '../../src/config/load.ts';

const FILE = 'market:\n  cycle_seconds: 7 # seconds\n';

let kept: string | undefined;
const cache: ConfigCache = { program: '1.0.0', read: () => kept, write: (text) => (kept = text) };
const none: ConfigCache = { ...cache, read: () => undefined, write: () => undefined };
beforeEach(() => (kept = undefined));

function sources(file: string | undefined = FILE, changed: Partial<ConfigSources> = {}): ConfigSources {
  return { home: '/economy', readFile: () => file, environment: {}, overrides: [], ...changed };
}

/** What is read anew is written. */
async function isFromCache(given: ConfigSources, by: ConfigCache = cache): Promise<boolean> {
  let isWritten = false;
  const config = await cachedConfig(given, { ...by, write: () => (isWritten = true) });
  expect(config).toStrictEqual(loadConfig(given));
  return !isWritten;
}

describe('a configuration that was read before', () => {
  it('comes from the cache, the same in every value', async () => {
    expect(await cachedConfig(sources(), cache)).toStrictEqual(loadConfig(sources()));
    expect(await isFromCache(sources())).toBe(true);
  });

  it('is read anew when anything that decides it has changed', async () => {
    await cachedConfig(sources(), cache);
    const others = [
      sources('market:\n  cycle_seconds: 8 # seconds\n'),
      sources(undefined, { readFile: () => undefined }),
      sources(FILE, { environment: { BP_MARKET__TTL_SECONDS: '5' } }),
      sources(FILE, { overrides: ['market.ttl_seconds=5'] }),
    ];
    for (const other of others) expect(await isFromCache(other)).toBe(false);
    expect(await isFromCache(sources(), { ...cache, program: '1.0.1' })).toBe(false);
    expect(await isFromCache(sources(FILE, { environment: { PATH: '/bin', BP_HOME: '' } }))).toBe(false);
    expect(await isFromCache(sources(FILE, { environment: { PATH: '/bin' } }))).toBe(true);
  });

  it('is read anew where the cache was cut off, changed, or is of something else', async () => {
    await cachedConfig(sources(), cache);
    const whole = kept ?? '';
    for (const text of ['', '\n', whole.slice(0, -1), whole.replace('"ttl_seconds":600', '"ttl_seconds":601'), '{}'])
      expect([text.length, await isFromCache(sources(), { ...cache, read: () => text })]).toEqual([text.length, false]);
  });

  it('is kept under the text that it was made from, though the file changes meanwhile', async () => {
    const texts = [FILE, 'market:\n  cycle_seconds: 9\n'];
    const changing = sources(undefined, { readFile: () => texts.shift() });
    expect((await cachedConfig(changing, cache)).market.cycle_seconds).toBe(7);
    expect(await isFromCache(sources(FILE))).toBe(true);
  });

  it('that is wrong, or can not be read, is told each time and never kept', async () => {
    const wrong = [
      sources('market:\n  cycle_seconds: never\n'),
      sources(undefined, {
        readFile: () => {
          throw new Error('it is a folder');
        },
      }),
    ];
    for (const given of wrong)
      for (let time = 1; time <= 2; time++) {
        const told = await cachedConfig(given, cache).catch((error: unknown) => error);
        expect(told).toEqual(await cachedConfig(given, none).catch((error: unknown) => error));
        expect(told).toMatchObject({ code: expect.stringMatching(/^config_/) as string });
        expect(kept).toBeUndefined();
      }
  });
});
