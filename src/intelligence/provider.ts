import { priceOf, weightsOf } from '../config/model-prices.ts';
import type { Config } from '../config/schema.ts';
import type { ModelPrice } from '../domain/model-price.ts';
import type { TokenWeights } from '../domain/tokens.ts';
import { BpError } from '../platform/errors.ts';
import type { ProviderKind } from './formats/format.ts';
import { LEAST_OF } from './image-tokens.ts';
import type { ImageTokens } from './image-tokens.ts';
import { encodingOf, type Encoding } from './token-counter.ts';

type ProviderConfig = Config['intelligence']['providers'][number];

/** One provider, with its key. */
export interface Provider {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly origin: string;
  /** The path of its base URL, without a slash at the end. */
  readonly path: string;
  /** Never logged, never shown, never in a sandbox. */
  readonly key: string | undefined;
  readonly config: ProviderConfig;
}

/** A model as agents know it. */
export interface Model {
  readonly name: string;
  /** Its first name, under which its calls are booked: `name` may be an alias. */
  readonly ownName: string;
  readonly upstream: string;
  readonly provider: Provider;
  readonly weights: TokenWeights;
  /** Undefined where the configuration has none. */
  readonly price: ModelPrice | undefined;
  readonly outputMax: number;
  readonly imageTokens: ImageTokens;
  readonly encoding: Encoding;
  readonly embeds: boolean;
}

/** Where keys are. */
export interface KeySources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws where it can't be read. */
  readonly readFile: (path: string) => string;
}

/** Some providers repeat what they were sent, in a JSON text as it is written there. */
export function withoutKey({ key }: Provider, text: string): string {
  if (key === undefined) return text;
  return text.replaceAll(key, '…').replaceAll(JSON.stringify(key).slice(1, -1), '…');
}

const KEY = /^[\x21-\x7e]+$/;

/** Every name that a model may be asked by. */
export type Catalogue = ReadonlyMap<string, Model>;

/** Without `keys` none is read: nobody is to be asked. Throws `BpError`: `llm_key_missing`, `config_invalid` where a name is used twice or is not there. */
export function readCatalogue(
  { providers, prices, default_model: standard, replay }: Config['intelligence'],
  keys: KeySources | undefined,
): Catalogue {
  const catalogue = new Map<string, Model>();
  const names = new Set<string>();
  for (const config of providers) {
    if (names.has(config.name)) throw twice('provider', config.name);
    names.add(config.name);
    // Nobody is asked, so nobody has to know who asks.
    const provider = readProvider(config, replay === null ? keys : undefined);
    for (const model of config.models)
      for (const name of [model.name, ...model.aliases]) {
        if (catalogue.has(name)) throw twice('model', name);
        catalogue.set(name, { ...modelOf(model, provider, prices), name });
      }
  }
  if (standard !== null && !catalogue.has(standard))
    throw new BpError('config_invalid', `intelligence.default_model is ${standard}, which no provider has`);
  return catalogue;
}

function readProvider(config: ProviderConfig, keys: KeySources | undefined): Provider {
  const { name, kind, base_url: url } = config;
  const { origin, pathname } = new URL(url);
  return { name, kind, origin, path: pathname.replace(/\/+$/, ''), key: keys && readKey(config, keys), config };
}

function readKey({ name, key_env: variable, key_file: file }: ProviderConfig, keys: KeySources): string | undefined {
  if (variable === undefined && file === undefined) return undefined;
  const place = variable === undefined ? `the file ${file}` : `the variable ${variable}`;
  let key: string | undefined;
  try {
    key = (variable === undefined ? keys.readFile(file ?? '') : keys.environment[variable])?.trim();
  } catch (error) {
    throw new BpError('llm_key_missing', `the key of the provider ${name} can't be read from ${place}`, {
      cause: error,
    });
  }
  if (key === undefined || !KEY.test(key))
    throw new BpError('llm_key_missing', `${place} holds no key for the provider ${name}`, {
      hint: 'set it, or take key_env and key_file away where the provider needs no key',
    });
  return key;
}

function modelOf(
  model: ProviderConfig['models'][number],
  provider: Provider,
  prices: Config['intelligence']['prices'],
): Omit<Model, 'name'> {
  const upstream = model.upstream ?? model.name;
  return {
    ownName: model.name,
    upstream,
    provider,
    weights: weightsOf(model),
    price: priceOf(model, prices),
    outputMax: model.output_max,
    imageTokens: {
      most: model.image_tokens,
      least: LEAST_OF[provider.kind],
      pixelsPerToken: model.image_pixels_per_token,
    },
    encoding: encodingOf(upstream, model.tokenizer),
    embeds: model.embeds,
  };
}

function twice(what: string, name: string): BpError {
  return new BpError('config_invalid', `intelligence.providers has the ${what} ${name} twice`);
}
