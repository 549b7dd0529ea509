import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { readCatalogue, type KeySources } from '../../src/intelligence/provider.ts';

const base = { name: 'one', kind: 'openai', base_url: 'http://127.0.0.1:1/v1/', models: [{ name: 'gpt' }] };

function catalogue(providers: readonly object[], keys: Partial<KeySources> = {}, others: readonly string[] = []) {
  const overrides = [`intelligence.providers=${JSON.stringify(providers)}`, ...others];
  const { intelligence } = loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });
  return readCatalogue(intelligence, { environment: {}, readFile: () => '', ...keys });
}

describe('providers', () => {
  it('have their keys from a variable or a file, or none', () => {
    const models = catalogue(
      [
        { ...base, key_env: 'A' },
        { ...base, name: 'two', key_file: '/b', models: [{ name: 'other' }] },
        { ...base, name: 'three', models: [{ name: 'local', aliases: ['l'], upstream: 'llama' }] },
      ],
      { environment: { A: 'from-a' }, readFile: (path) => `from-${path}\n` },
    );
    expect([...models.values()].map(({ provider }) => provider.key)).toEqual([
      'from-a',
      'from-/b',
      undefined,
      undefined,
    ]);
    expect(models.get('l')).toMatchObject({
      upstream: 'llama',
      provider: { origin: 'http://127.0.0.1:1', path: '/v1' },
    });
  });

  it.each([
    ['a variable that is not set', [{ ...base, key_env: 'A' }], 'the variable A holds no key for the provider one'],
    [
      'a file that is not there',
      [{ ...base, key_file: '/b' }],
      "the key of the provider one can't be read from the file /b",
    ],
    ['a name twice', [base, base], 'intelligence.providers has the provider one twice'],
    ['a model twice', [base, { ...base, name: 'two' }], 'intelligence.providers has the model gpt twice'],
  ])('are refused with %s', (_, providers, message) => {
    const readFile = () => {
      throw new Error('ENOENT');
    };
    expect(() => catalogue(providers, { readFile })).toThrow(message);
  });

  it('are asked for no key where a cassette answers in their place', () => {
    const readFile = () => {
      throw new Error('ENOENT');
    };
    const providers = [
      { ...base, key_env: 'A' },
      { ...base, name: 'two', key_file: '/b', models: [{ name: 'other' }] },
    ];
    const models = catalogue(providers, { readFile }, ['intelligence.replay=tape.jsonl']);
    expect([...models.values()].map(({ provider }) => provider.key)).toEqual([undefined, undefined]);
  });

  it('are not recorded and replayed at the same time', () => {
    const both = ['intelligence.record=a.jsonl', 'intelligence.replay=b.jsonl'];
    expect(() => catalogue([base], {}, both)).toThrow('set intelligence.record or intelligence.replay, not both');
  });

  it('a key that is no header is refused, and not shown', () => {
    const keys = { environment: { A: 'sk-\nx: y' } };
    expect(() => catalogue([{ ...base, key_env: 'A' }], keys)).toThrow(
      /^the variable A holds no key for the provider one$/,
    );
  });

  it('the default model must be one of theirs', () => {
    expect(() => catalogue([base], {}, ['intelligence.default_model=none'])).toThrow('which no provider has');
  });

  it.each([
    [{ kind: 'opena' }, 'intelligence.providers.0.kind is "opena", but must be one of openai, anthropic or google'],
    [{ base_url: 'ftp://x' }, 'intelligence.providers.0.base_url is "ftp://x", but must be an http or https URL'],
    [{ models: [] }, 'intelligence.providers.0.models is []'],
    [{ models: [{ name: 'm', input_weight: -1 }] }, 'intelligence.providers.0.models.0.input_weight is -1'],
    [{ key: 'sk-secret' }, 'intelligence.providers.0 has the unknown key key; known here: name, kind'],
    [{ key_env: 'A', key_file: 'b' }, 'set key_env or key_file, not both'],
  ])('%j is told by its place', (wrong, message) => {
    expect(() => catalogue([{ ...base, ...wrong }])).toThrow(message);
  });
});
