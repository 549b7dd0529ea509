import { parseId } from '../domain/ids.ts';
import type { CallOutcome } from '../domain/tokens.ts';
import { authenticate } from '../economy/executions/authenticate.ts';
import { reserveCall, settleCall, settleLostCall } from '../economy/executions/model-call.ts';
import type { Economy } from '../economy/economy.ts';
import { STORE } from '../economy/internal/store-key.ts';
import type { Dice } from './dice.ts';
import type { RecordedCall, RecordedCalls } from './recorded-calls.ts';
import type { Container } from './simulated-engine.ts';

/** A call that a made-up provider is at work on. */
export interface SimulatedCall {
  readonly id: number;
  readonly executionId: number;
  readonly input: number;
  readonly outputMax: number;
  /** Out of a cassette; undefined where the dice make one up. */
  readonly answer: RecordedCall | undefined;
}

const WEIGHTS = [
  { input: 1, cached: 1, output: 1 },
  { input: 0.25, cached: 0.025, output: 1.333333 },
] as const;
/** How often a provider reports more than was reserved. */
const OVERDONE = 0.05;

const weightsOf = ({ input }: Pick<SimulatedCall, 'input'>) => WEIGHTS[input % WEIGHTS.length] ?? WEIGHTS[0];

/** Reserves tokens for a call as the gateway does; undefined where that was refused. */
export function beginCall(
  economy: Economy,
  container: Container,
  { dice, recorded }: { readonly dice: Dice; readonly recorded: RecordedCalls | undefined },
): SimulatedCall | undefined {
  const executionId = parseId('execution', container.executionId);
  if (!executionId.ok) return undefined;
  const caller = authenticate(economy, executionId.value, container.token);
  if (!caller.ok) return undefined;
  const answer = recorded?.next(dice.fork('recorded'));
  const usage = answer?.usage;
  const input = usage ? usage.input + usage.cached : dice.whole(0, 300);
  const most = dice.whole(1, 500) + (usage?.output ?? 0);
  const reserved = economy[STORE].transaction(() =>
    reserveCall(economy, caller.value, {
      ...{ provider: 'made-up', model: 'dice', route: '/v1/chat/completions', price: undefined },
      ...{ input, answers: answer ? 1 : dice.whole(0, 2), outputMax: most, weights: weightsOf({ input }) },
    }),
  );
  if (!reserved.ok) return undefined;
  if (answer) recorded?.give(answer);
  const { callId: id, outputMax } = reserved.value;
  return { id, executionId: executionId.value, input, outputMax, answer };
}

/** Settles it to what the provider says, which may be more than was reserved, less, or nothing. */
export function endCall(economy: Economy, call: SimulatedCall, dice: Dice): void {
  if (call.answer) {
    endRecorded(economy, call, call.answer);
    return;
  }
  const outcome = dice.pick<CallOutcome>([
    'completed',
    'completed',
    'completed',
    'failed',
    'hung_up',
    'broken_off',
    'lost',
  ]);
  economy[STORE].transaction(() => {
    if (outcome === 'lost') {
      settleLostCall(economy, call.id);
      return;
    }
    const times = dice.chance(OVERDONE) ? 50 : 1;
    const cached = dice.whole(0, call.input);
    const usage = {
      ...{ input: (call.input - cached) * times, cached },
      output: Math.floor(call.outputMax * dice.fraction() * times),
    };
    settleCall(economy, call.id, {
      ...{ outcome, isReported: dice.chance(0.9), weights: weightsOf(call), price: undefined, durationMs: 1 },
      usage: outcome === 'failed' ? undefined : usage,
    });
  });
}

const ENDED = { whole: 'completed', broke_off: 'broken_off', left: 'hung_up' } as const satisfies Readonly<
  Record<RecordedCall['end'], CallOutcome>
>;

/** As it ended when it was recorded; where the provider reported nothing, for what was sent. */
function endRecorded(economy: Economy, call: SimulatedCall, { end, usage }: RecordedCall): void {
  economy[STORE].transaction(() =>
    settleCall(economy, call.id, {
      ...{ outcome: ENDED[end], isReported: usage !== undefined, weights: weightsOf(call), price: undefined },
      ...{ usage: usage ?? { input: call.input, cached: 0, output: 0 }, durationMs: 1 },
    }),
  );
}
