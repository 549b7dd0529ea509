import { isRecord } from '../domain/record.ts';
import type { Config } from '../config/schema.ts';
import type { CallObserver } from '../domain/ended-call.ts';
import { formatId } from '../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import type { Caller } from '../economy/executions/caller.ts';
import { reserveCall, tokensLeft } from '../economy/executions/model-call.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Randomness } from '../platform/randomness.ts';
import { CallFailure, garbage, HungUp, reportedFailure, tooLarge } from './failure.ts';
import { figuresOf } from './figures.ts';
import type { Format, Json, ProviderKind, Written } from './formats/format.ts';
import { unknownModel } from './model-list.ts';
import { noProvider } from './no-provider.ts';
import { LOST, UNASKED, type End, type OpenCall } from './open-call.ts';
import { OpenCalls } from './open-calls.ts';
import { withoutKey, type Catalogue, type Model, type Provider } from './provider.ts';
import { relay } from './relay.ts';
import { NO_INPUT, TokenCounter } from './token-counter.ts';
import type { Transports } from './transport.ts';
import { leave, leaveRest, readText, Upstream, type UpstreamAnswer, type UpstreamCall } from './upstream.ts';
import { shareCommit } from '../economy/share-commit.ts';

/** How long a call that isn't begun waits for another process that holds the database. */
const HELD_MS_MAX = 2_000;

export interface GatewayDeps {
  readonly economy: Economy;
  readonly catalogue: Catalogue;
  readonly transports: Transports;
  /** The machine's own: providers are real. */
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
  readonly observer?: CallObserver | undefined;
}

export interface GatewayCall {
  readonly caller: Caller;
  readonly format: Format;
  readonly body: unknown;
  /** Aborted when the agent leaves. */
  readonly hungUp: AbortSignal;
}

/** Where the models of each kind of provider are asked. */
const ROUTE_OF: Readonly<Record<ProviderKind, string>> = {
  openai: '/v1/chat/completions',
  anthropic: '/v1/messages',
  google: '/v1beta/models/{model}:generateContent',
};

/** What the agent gets: the provider's own answer, whole or as it comes. */
export interface GatewayAnswer {
  readonly json?: Json;
  /** Server-sent events. Whoever takes them takes all of them, or ends the iteration. */
  readonly events?: AsyncIterable<string>;
  /** Fields of the call that were taken out of it. */
  readonly removed: readonly string[];
  readonly tokensLeft: () => number;
}

/**
 * Passes agents' calls of language models on to their providers, each within what its execution has bought: tokens are
 * reserved before a call and settled when it ends, however it ends.
 */
export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #settings: Config['intelligence'];
  readonly #counter = new TokenCounter();
  readonly #upstreams = new Map<Provider, Upstream>();
  readonly #open: OpenCalls;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#settings = deps.economy.config.intelligence;
    const { clock, random, catalogue, transports } = deps;
    this.#open = new OpenCalls(deps);
    const shared = { settings: this.#settings, clock, random };
    for (const { provider } of catalogue.values())
      if (!this.#upstreams.has(provider))
        this.#upstreams.set(provider, new Upstream(provider, { ...shared, transport: transports.to(provider) }));
  }

  /** Loads what counting needs, so that no call has to wait for it. */
  async prepare(): Promise<void> {
    for (const { encoding } of this.models) await this.#counter.counter(encoding);
  }

  /** Every name that a model can be asked by. */
  get models(): readonly Model[] {
    return [...this.#deps.catalogue.values()];
  }

  /** What is asked where an agent names no model. */
  get standard(): Model | undefined {
    const { default_model: name } = this.#settings;
    return name === null ? this.models.find(({ embeds }) => !embeds) : this.#deps.catalogue.get(name);
  }

  /**
   * One call. Refuses what can't be passed on, what the budget does not suffice for, and with what the provider failed.
   */
  async answer({ caller, format, body, hungUp }: GatewayCall): Promise<Result<GatewayAnswer>> {
    if (this.#deps.catalogue.size === 0) return noProvider();
    const asked = format.read(body, { imagesMax: this.#settings.images_max });
    if (!asked.ok) return asked;
    const model = this.#find(asked.value.model, format);
    if (!model.ok) return model;
    const call = await this.#reserve(caller, { format, asked: asked.value, model: model.value, hungUp });
    if (!call.ok) return call;
    const left = () => tokensLeft(this.#deps.economy, caller.executionId);
    const written = this.#written(call.value);
    const removed = [...asked.value.removed, ...written.removed];
    try {
      const upstream = this.#upstreamOf(call.value);
      const answer = await upstream.ask(this.#passed(call.value, written.body));
      if (!asked.value.isStream)
        return accept({ json: await this.#whole(call.value, answer), removed, tokensLeft: left });
      return accept({ events: this.#events(call.value, answer), removed, tokensLeft: left });
    } catch (error) {
      return this.#refusalOf(error, call.value);
    }
  }

  /** Ends the calls of an execution that ended. Resolves when all of them are settled. */
  end(executionId: number): Promise<void> {
    return this.#open.end(executionId, { waitMs: this.#settings.answer_wait_ms });
  }

  async close(): Promise<void> {
    await this.#open.endAll();
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.close()));
    this.#deps.transports.close();
  }

  get #contentMax(): number {
    const { log_content: keeps, content_chars_max: charsMax } = this.#settings;
    return Math.max(keeps ? charsMax : 0, this.#deps.observer?.contentCharsMax ?? 0);
  }

  #find(name: string, format: Format): Result<Model> {
    const model = this.#deps.catalogue.get(name);
    if (!model) return unknownModel(name);
    const { kind } = model.provider;
    if (kind !== format.kind)
      return refuse('wrong_format', `${name} is reached through ${ROUTE_OF[kind]}, in its provider's own format`, {
        field: 'model',
      });
    if (model.embeds !== (format.route === '/v1/embeddings'))
      return refuse('wrong_format', `${name} is ${model.embeds ? '' : 'not '}for embeddings`, { field: 'model' });
    return accept(model);
  }

  async #reserve(
    caller: Caller,
    { format, asked, model, hungUp }: Pick<OpenCall, 'format' | 'asked' | 'model' | 'hungUp'>,
  ): Promise<Result<OpenCall>> {
    const { economy, clock } = this.#deps;
    const beganAt = clock.monotonic();
    const { weights, price, encoding, imageTokens, provider, ownName } = model;
    const isFree = asked.answers === 0 && format.route !== '/v1/embeddings';
    const input = isFree ? NO_INPUT : await this.#counter.inputOf(asked, { encoding, imageTokens });
    const outputMax = Math.min(asked.outputMax ?? model.outputMax, model.outputMax);
    const order = {
      ...{ provider: provider.name, model: ownName, route: format.route },
      ...{ weights, price, input: input.most, outputMax },
    };
    const reserve = () => reserveCall(economy, caller, { ...order, answers: asked.answers });
    const reserved = await shareCommit(economy, clock, reserve, { limitMs: HELD_MS_MAX });
    if (!reserved.ok) return reserved;
    const { callId: id, outputMax: most } = reserved.value;
    const { executionId } = caller;
    const call: OpenCall = {
      ...{ id, executionId, format, asked, model, input, outputMax: most, beganAt, hungUp },
      ...{ over: new AbortController(), contentMax: this.#contentMax, standing: { end: () => UNASKED } },
    };
    this.#open.add(call);
    return accept(call);
  }

  #written({ format, asked, model, outputMax }: OpenCall): Written {
    const { output_field: outputField } = model.provider.config;
    return format.write(asked, { model: model.upstream, outputMax, outputField });
  }

  #passed({ executionId, format, asked, model, input, hungUp, over, standing }: OpenCall, body: Json): UpstreamCall {
    const both = AbortSignal.any([hungUp, over.signal]);
    return {
      executionId,
      path: pathOf(format, model),
      body,
      left: both,
      // A call that a provider is at work on is brought to its end, since otherwise nobody would know what it cost.
      abort: asked.isStream ? both : over.signal,
      atWork(isAtWork) {
        // An agent that leaves a stream before its first event stops the call. It is billed, since its input was read.
        const begun: End = asked.isStream ? { ...UNASKED, usage: { input: input.most, cached: 0, output: 0 } } : LOST;
        standing.end = () => (isAtWork ? begun : UNASKED);
      },
    };
  }

  async #whole(call: OpenCall, answer: UpstreamAnswer): Promise<Json> {
    const { format, model } = call;
    const { name, config } = model.provider;
    try {
      const { text: came, isTooLarge, brokeOff } = await readText(answer.body, config.answer_bytes_max);
      // Neither the agent nor the record gets a key that the provider repeats.
      const text = withoutKey(model.provider, came);
      if (brokeOff) call.over.signal.throwIfAborted();
      if (isTooLarge) throw tooLarge(name, config.answer_bytes_max);
      // What is whole as JSON is whole, however its connection ended.
      const json = parse(text);
      if (!json) throw garbage(name, brokeOff?.message ?? 'its answer is no JSON object');
      const failure = format.failureOf(json);
      if (failure) throw reportedFailure(name, failure);
      const count = await this.#counter.counter(model.encoding);
      const words = format.textOf(json);
      const figures = figuresOf(call, format.usageOf(json) ?? {}, count(words));
      const outcome = call.hungUp.aborted ? 'hung_up' : 'completed';
      await this.#open.settle(call, { outcome, ...figures, answered: text, words });
      return json;
    } catch (error) {
      if (error instanceof CallFailure && error.isProviders) this.#upstreamOf(call).failed();
      throw error;
    } finally {
      answer.end();
    }
  }

  async *#events(call: OpenCall, answer: UpstreamAnswer): AsyncGenerator<string> {
    const count = await this.#counter.counter(call.model.encoding);
    let isComplete = false;
    try {
      const bytes = answer.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      isComplete = yield* relay(call, bytes, {
        count,
        settle: (end) => this.#open.settle(call, end),
        failed: () => this.#upstreamOf(call).failed(),
        bytesMax: call.model.provider.config.answer_bytes_max,
      });
    } finally {
      if (isComplete) leaveRest(answer.body, this.#deps.clock);
      else leave(answer.body);
      answer.end();
    }
  }

  async #refusalOf(error: unknown, call: OpenCall): Promise<Refusal> {
    if (error instanceof CallFailure) {
      const { logger } = this.#deps;
      const execution = formatId('execution', call.executionId);
      const { name: provider } = call.model.provider;
      logger.warn({ call: call.id, execution, provider, err: error.cause ?? error }, error.message);
      const failed: End = { outcome: 'failed', usage: undefined, isReported: false, detail: error.message };
      await this.#open.settle(call, error.isBilled ? LOST : failed);
      const { retryAfterMs } = error;
      return retryAfterMs === undefined || error.refusal.limit !== undefined
        ? error.refusal
        : { ...error.refusal, limit: Math.ceil(retryAfterMs / 1000) };
    }
    await this.#open.settle(call, call.standing.end());
    if (call.over.signal.aborted) return refuse('execution_ended', 'the execution of this token has ended');
    if (error instanceof HungUp || call.hungUp.aborted) return refuse('request_timeout', 'the caller left');
    throw error;
  }

  #upstreamOf({ model }: OpenCall): Upstream {
    const upstream = this.#upstreams.get(model.provider);
    if (!upstream) throw new Error(`no way to the provider ${model.provider.name}`);
    return upstream;
  }
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // What is too deep to be written again can't be passed on.
    JSON.stringify(value);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Slashes and colons of a model's name stay what they are: so Google's own SDKs write it. */
function pathOf({ path }: Format, { upstream }: Model): string {
  return path.replace('{model}', () => encodeURI(upstream).replaceAll('?', '%3F').replaceAll('#', '%23'));
}
