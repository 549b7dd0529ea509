import type { Economy } from '../economy/economy.ts';
import type { CallObserver } from '../domain/ended-call.ts';
import { settleCall, settleLostCall } from '../economy/executions/model-call.ts';
import type { CallOutcome, TokenUsage } from '../domain/tokens.ts';
import { formatId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Asked, Format } from './formats/format.ts';
import type { Model } from './provider.ts';
import type { InputCount } from './token-counter.ts';
import { shareCommit } from '../economy/share-commit.ts';

/** A call whose tokens are reserved. */
export interface OpenCall {
  readonly id: number;
  readonly executionId: number;
  readonly format: Format;
  readonly asked: Asked;
  readonly model: Model;
  /** Counted before. */
  readonly input: InputCount;
  readonly outputMax: number;
  readonly beganAt: number;
  /** The agent left. */
  readonly hungUp: AbortSignal;
  /** Its execution ended. */
  readonly over: AbortController;
  /** Characters of the answer to be kept, by the record or by whoever looks on. */
  readonly contentMax: number;
  /** How it would be settled if it ended now. */
  readonly standing: { end: () => End };
}

export interface End {
  readonly outcome: CallOutcome;
  readonly usage: TokenUsage | undefined;
  readonly isReported: boolean;
  /** Why the provider's own figures were not believed. */
  readonly doubt?: string;
  readonly detail?: string;
  /** What the model said, where it is to be kept. */
  readonly answered?: string;
  /** The words of it, where they are not all of that. */
  readonly words?: string;
}

/** The provider was not asked yet, or failed before it produced anything. */
export const UNASKED: End = { outcome: 'hung_up', usage: undefined, isReported: false };

/** What the provider has produced nobody will know. */
export const LOST: End = { outcome: 'lost', usage: undefined, isReported: false };

export interface SettlingDeps {
  readonly economy: Economy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer?: CallObserver | undefined;
}

/** Settles a call, once, in a commit that others may share. */
export async function settleOpenCall(deps: SettlingDeps, call: OpenCall, end: End): Promise<void> {
  const { economy, clock, logger } = deps;
  const { id, model, format } = call;
  const { log_content: keeps, content_chars_max: most } = economy.config.intelligence;
  const durationMs = clock.monotonic() - call.beganAt;
  const { outcome, usage, isReported, doubt, detail = doubt, answered } = end;
  const content = keeps
    ? JSON.stringify({
        asked: JSON.stringify(call.asked.body).slice(0, most),
        answered: (answered ?? '').slice(0, most),
      })
    : undefined;
  const settle = () => {
    if (outcome === 'lost') settleLostCall(economy, id);
    else
      settleCall(economy, id, {
        ...{ outcome, usage, isReported, weights: model.weights, price: model.price, durationMs },
        ...(detail !== undefined && { detail }),
        ...(content !== undefined && { content }),
      });
  };
  await shareCommit(economy, clock, settle);
  const { name } = model.provider;
  const isUsual = doubt === undefined && (outcome === 'completed' || outcome === 'hung_up');
  const level = isUsual ? 'debug' : 'warn';
  const execution = formatId('execution', call.executionId);
  logger[level](
    { call: id, execution, provider: name, model: model.name, route: format.route, outcome, usage, detail },
    'model call',
  );
  tell(deps, call, end, durationMs);
}

function tell({ observer }: SettlingDeps, call: OpenCall, end: End, durationMs: number): void {
  if (!observer) return;
  const { id, executionId, model, asked } = call;
  const { outcome, usage, answered = '', words = answered } = end;
  const { contentCharsMax: most } = observer;
  observer.callEnded({
    ...{ id, executionId, provider: model.provider.name, model: model.ownName, outcome, usage, durationMs },
    content: most > 0 ? { asked: asked.body, answered: words.slice(0, most) } : undefined,
  });
}
