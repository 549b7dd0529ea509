import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { CONFIG_FILE } from '../../src/config/home-places.ts';
import { configJsonSchema, knownPaths, nodeAt } from '../../src/config/json-schema.ts';
import { effectiveValues, loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { configTemplate } from '../../src/config/template.ts';
import { BpError } from '../../src/platform/errors.ts';

const PUBLISHED = fileURLToPath(new URL('../../docs/config.schema.json', import.meta.url));

interface Given {
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: readonly string[];
}

function load({ file, environment = {}, overrides = [] }: Given) {
  const readFile = (path: string) => {
    expect(path).toBe(`/economy/${CONFIG_FILE}`);
    return file;
  };
  return loadConfig({ home: '/economy', readFile, environment, overrides });
}

function problem(given: Given): string {
  try {
    load(given);
  } catch (error) {
    expect(error).toBeInstanceOf(BpError);
    expect((error as BpError).code).toBe('config_invalid');
    expect((error as BpError).message).not.toContain('\n');
    return (error as BpError).message;
  }
  throw new Error('it was accepted');
}

describe('defaults', () => {
  it('stand where nothing is set', () => {
    const config = load({});
    expect(config).toEqual(configSchema.parse({}));
    expect(config.market.cycle_seconds).toBe(10);
    expect(config.lifecycle.restart_backoff_seconds).toEqual([20, 40, 80]);
  });

  it('stand where the file or a section of it is empty', () => {
    expect(load({ file: '' })).toEqual(load({}));
    expect(load({ file: '# nothing yet\n' })).toEqual(load({}));
    expect(load({ file: 'market:\nlog:\n  # level: debug\n' })).toEqual(load({}));
  });

  it('give amounts in micro-credits', () => {
    const config = load({ overrides: ['economy.message_fee=0.25'] });
    expect(config.economy.message_fee).toBe(250_000);
    expect(config.market.prices.start.attention).toBe(50_000_000);
  });
});

it('shows no password of an address that it refuses', () => {
  const said = problem({ overrides: ['packages.npm_registry=https://me:s3cr@t@registry.example/'] });
  expect(said).toContain('packages.npm_registry is "https://****@registry.example/", but must be');
  expect(said).toContain('without user and password');
  expect(problem({ overrides: ['packages.npm_registry=ftp://me:s3c/r@t@registry.example/'] })).not.toContain('s3c');
});

describe('the effective values', () => {
  const values = effectiveValues({
    home: '/economy',
    readFile: () => 'market:\n  cycle_seconds: 2\nattention:\n  rates:\n    useful: 30\n',
    environment: { BP_LOG__LEVEL: 'debug' },
    overrides: ['lifecycle.restart_backoff_seconds=[1, 5]'],
  });
  const at = (path: string) => values.find((value) => value.path.join('.') === path);

  it('say what is set and where, in the units of the file', () => {
    expect(at('market.cycle_seconds')).toMatchObject({ value: 2, origin: `${CONFIG_FILE}:2` });
    expect(at('attention.rates.useful')).toMatchObject({ value: 30, origin: `${CONFIG_FILE}:5` });
    expect(at('log.level')).toMatchObject({ value: 'debug', origin: 'BP_LOG__LEVEL' });
    expect(at('lifecycle.restart_backoff_seconds')).toMatchObject({
      value: [1, 5],
      origin: expect.stringMatching(/^--set/) as string,
    });
  });

  it('are all there, with their defaults', () => {
    expect(at('economy.message_fee')).toMatchObject({ value: 1, origin: null });
    expect(at('market.prices.start.tokens')).toMatchObject({ value: null, origin: null });
    const leaves = knownPaths(configJsonSchema()).filter((path) => !nodeAt(configJsonSchema(), path)?.properties);
    expect(values.map(({ path }) => path)).toEqual(leaves);
    expect(values.filter(({ value }) => value === undefined)).toEqual([]);
  });
});

describe('precedence', () => {
  const file = 'market:\n  cycle_seconds: 2\n  ttl_seconds: 7\n';

  it('lets the file override defaults, variables the file, and flags the variables', () => {
    const environment = { BP_MARKET__CYCLE_SECONDS: '3' };
    expect(load({ file }).market.cycle_seconds).toBe(2);
    expect(load({ file, environment }).market.cycle_seconds).toBe(3);
    const flagged = load({ file, environment, overrides: ['market.cycle_seconds=4', 'market.cycle_seconds=5'] });
    expect(flagged.market.cycle_seconds).toBe(5);
    expect(flagged.market.ttl_seconds).toBe(7);
  });

  it('merges sections key by key', () => {
    const config = load({
      file: 'market: {demand: {rate: 0.1}}',
      environment: { BP_MARKET__DEMAND: '{target: 2}' },
      overrides: ['market.demand.smoothing=0.5'],
    });
    expect(config.market.demand).toEqual({ rate: 0.1, target: 2, smoothing: 0.5, demand_max: 3 });
  });

  it('reads values as YAML, so that lists, null and numbers keep their type', () => {
    const config = load({
      environment: { BP_LIFECYCLE__RESTART_BACKOFF_SECONDS: '[1, 5]', BP_SANDBOX__RUNTIME: 'runsc' },
      overrides: ['market.prices.start.attention=null', 'market.supply.cpu_seconds=auto', 'sandbox.image=a:b'],
    });
    expect(config.lifecycle.restart_backoff_seconds).toEqual([1, 5]);
    expect(config.sandbox.runtime).toBe('runsc');
    expect(config.market.prices.start.attention).toBeNull();
    expect(config.market.supply.cpu_seconds).toBe('auto');
    expect(config.sandbox.image).toBe('a:b');
  });
});

describe('a wrong value', () => {
  it('in the file is named with its line, its key and what would be right', () => {
    expect(problem({ file: 'market:\n  ttl_seconds: 5\n  cycle_seconds: ten\n' })).toBe(
      'bp-agents.yaml:3: market.cycle_seconds is "ten", but must be a number from 0.01 to 3600',
    );
  });

  it('in a variable or a flag is named with that variable or flag', () => {
    expect(problem({ file: 'market: {cycle_seconds: 1}', environment: { BP_MARKET__CYCLE_SECONDS: '-1' } })).toMatch(
      /^BP_MARKET__CYCLE_SECONDS: market\.cycle_seconds is -1, but must be a number/,
    );
    expect(problem({ overrides: ['market.mechanism=first'] })).toBe(
      '--set market.mechanism: market.mechanism is "first", but must be density or highest-bid',
    );
  });

  it.each([
    ['market.cycle_seconds=.nan', 'is NaN'],
    ['market.cycle_seconds=.inf', 'is Infinity'],
    ['market.cycle_seconds=1e999', 'is Infinity'],
    ['market.cycle_seconds=', 'is empty'],
    ['market.bids_pending_max=1.5', 'is 1.5'],
    ['market.ttl_seconds=99999999999', 'is 99999999999'],
    ['market=3', 'must be a section with cycle_seconds'],
    ['market.supply.attention=2', 'must be 0 or 1'],
    ['market.supply.memory_mb=8', 'must be auto or a whole number from 16'],
    ['market.age_bonus=0.12345678', 'at most 6 decimals'],
    ['economy.message_fee=0.0000001', 'at most 6 decimals'],
    ['economy.message_fee=-1', 'a number from 0 to'],
    ['economy.initial_credit_budget=0', 'a number from 0.000001 to'],
    ['lifecycle.restart_backoff_seconds=[1, -2]', 'restart_backoff_seconds.1 is -2, but must be a number'],
    ['sandbox.image=5', 'must be text'],
  ])('is refused: %s', (override, expected) => {
    expect(problem({ overrides: [override] })).toContain(expected);
  });

  it('is found between two keys that contradict each other', () => {
    expect(problem({ file: 'market:\n  band:\n    low: 0.9\n' })).toMatch(
      /^bp-agents\.yaml:3: market\.band\.low is 0\.9.*less than market\.band\.high$/,
    );
    expect(problem({ overrides: ['market.band.high=0.1'] })).toMatch(/^--set market\.band\.high: market\.band\.low/);
  });

  it('counts the further ones in the hint', () => {
    const file = 'market: {cycle_seconds: 0, ttl_seconds: 0}\nlog: {level: loud}\n';
    expect(() => load({ file })).toThrow(expect.objectContaining({ hint: '2 more values are wrong.' }));
  });

  it('that contains itself is refused', () => {
    expect(problem({ file: 'log:\n  level: &x [*x]\n' })).toContain('a value that contains itself');
  });
});

describe('an unknown key', () => {
  it('is refused by name with the nearest known one', () => {
    expect(problem({ file: 'log: {}\nmarket:\n  cycel_seconds: 5\n' })).toBe(
      'bp-agents.yaml:3: unknown key market.cycel_seconds; did you mean market.cycle_seconds?',
    );
    expect(problem({ overrides: ['market.cycle=5'] })).toContain('did you mean market.cycle_seconds?');
    expect(problem({ overrides: ['market.demand={rat: 1}'] })).toContain('did you mean market.demand.rate?');
    expect(problem({ overrides: ['intelligence.prices.gpt=1'] })).toContain('intelligence.prices is set as a whole');
    expect(problem({ overrides: ['intelligence.prices.gpt.input=1'] })).toContain('intelligence.prices is set as');
  });

  it('that stands in the wrong section is shown its place', () => {
    expect(problem({ file: 'cycle_seconds: 5\n' })).toContain('did you mean market.cycle_seconds?');
  });

  it('that is like none is shown what is known', () => {
    expect(problem({ file: 'log:\n  zebra: 5\n' })).toContain('known here: level, file_bytes_max, files_max');
  });

  it('cannot be one that every object inherits', () => {
    for (const key of ['__proto__', 'constructor', 'toString'])
      expect(problem({ file: `${key}: {a: 1}\n` })).toContain(`unknown key ${key}`);
    expect(problem({ overrides: ['__proto__.polluted=1'] })).toContain('unknown key __proto__.polluted');
  });

  it('in a variable is refused where the variable is meant for us', () => {
    expect(problem({ environment: { BP_MARKET_CYCLE_SECONDS: '1' } })).toContain('mean BP_MARKET__CYCLE_SECONDS?');
    expect(problem({ environment: { BP_MARKET__CYCLE_SECOND: '1' } })).toContain('mean BP_MARKET__CYCLE_SECONDS?');
    expect(problem({ environment: { BP_ZEBRA__STRIPES: '1' } })).toContain('BP_ZEBRA__STRIPES: unknown variable');
  });

  it('in a variable of another program is left alone', () => {
    const environment = { BP_HOME: '/x', BP_INSTALL: 'never', BP_JVM_VERSION: '21', PATH: '/bin' };
    expect(load({ environment })).toEqual(load({}));
  });
});

describe('a broken source', () => {
  it.each([
    ['market: [', /^bp-agents\.yaml:\d+: not valid YAML/],
    ['market:\n  ttl_seconds: 1\n  ttl_seconds: 2\n', /^bp-agents\.yaml:3: not valid YAML: Map keys must be unique/],
    ['market: {}\n---\nlog: {}\n', /^bp-agents\.yaml:2: not valid YAML/],
    ['market: !!js/function {}\n', /^bp-agents\.yaml:1: not valid YAML: Unresolved tag/],
    ['- market\n', /^bp-agents\.yaml: expected sections/],
    ['just text', /^bp-agents\.yaml: expected sections/],
    [`# ${'x'.repeat(1_048_576)}`, /^bp-agents\.yaml is larger than/],
    [
      `a: &a [${'x,'.repeat(20)}]\n${'bcdef'.replace(/./g, (to) => `${to}: &${to} [${`*${String.fromCharCode(to.charCodeAt(0) - 1)},`.repeat(20)}]\n`)}`,
      /not valid YAML/,
    ],
  ])('is refused in one line (%#)', (file, expected) => {
    expect(problem({ file })).toMatch(expected);
  });

  it('is refused where a flag has no value or no key', () => {
    for (const override of ['market.cycle_seconds', '=5', ''])
      expect(problem({ overrides: [override] })).toContain('key.path=value');
  });

  it('that cannot be read is an error of its own', () => {
    const readFile = () => {
      throw new Error('EACCES: permission denied');
    };
    expect(() => loadConfig({ home: '/economy', readFile, environment: {}, overrides: [] })).toThrow(
      expect.objectContaining({ code: 'config_unreadable', message: expect.stringContaining('EACCES') as string }),
    );
  });
});

describe('the template', () => {
  it('says the defaults', () => {
    expect(load({ file: configTemplate() })).toEqual(load({}));
  });

  it('names and explains every key', () => {
    const template = configTemplate();
    for (const path of knownPaths(configJsonSchema())) {
      expect(template).toMatch(new RegExp(`^${'  '.repeat(path.length - 1)}${path.at(-1)}:`, 'm'));
      expect(nodeAt(configJsonSchema(), path)?.description, path.join('.')).toMatch(/^.{3,}[.,]$/);
    }
  });

  it('keeps to 100 columns', () => {
    expect(
      configTemplate()
        .split('\n')
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });
});

describe('the published JSON Schema', () => {
  it('is what the program checks (write it anew with vitest -u)', async () => {
    const schema = await format(JSON.stringify(configJsonSchema()), { parser: 'json', printWidth: 120 });
    await expect(schema).toMatchFileSnapshot(PUBLISHED);
  });
});
