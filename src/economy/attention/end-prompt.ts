import { checkScores, expiryRefund, reward, sumOf, type Prompt, type Scores } from '../../domain/attention.ts';
import { subtract, toCredits, ZERO, type MicroCredits } from '../../domain/credits.ts';
import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkText } from '../../domain/text.ts';
import { readBidRequest } from '../market/bid-request.ts';
import type { Economy } from '../economy.ts';
import { issuanceRoom, underCap } from '../money/issuance.ts';
import { receiver } from '../agents/living-agent.ts';
import { placeBid } from '../market/place-bid.ts';
import { placeAgain } from '../market/repeat-order.ts';
import { isIdle } from '../executions/idle.ts';
import { restart } from '../executions/restart.ts';
import { humanGoes } from './human-time.ts';
import { attentionOfAnswer } from './note-attention.ts';
import { chargeLot } from './lot-charge.ts';
import { payRoyalties } from './pay-royalties.ts';
import { recordAnswer } from './record.ts';
import { fillSlot, isHushed, welcomeHuman } from './prompt-slot.ts';
import { STORE } from '../internal/store-key.ts';

export interface EndedPrompt {
  readonly promptId: number;
  readonly agentId: string;
  readonly reward: MicroCredits;
  readonly refund: MicroCredits;
  /** What it took of the human's time; null where nobody saw it. */
  readonly attentionMs: number | null;
}

/**
 * The human's marks: integers from 0 to 10. Issues the reward, as far as the daily cap on issuance allows, passes on what is owed of it, places `next_bid`, frees the slot.
 * A reason of nothing but spaces is none.
 * Refuses: what `checkScores` refuses of the marks and `checkText` of the reason, `invalid_id`, `prompt_not_found`,
 * `prompt_already_ended`, `prompt_not_open`, `balance_too_large`.
 */
export function scorePrompt(
  deps: Economy,
  promptId: number,
  scores: Scores,
  given: string | null,
): Result<EndedPrompt> {
  const wrong =
    checkScores(scores) ??
    (given === null ? undefined : checkText(given, 'reason', deps.config.attention.reason_chars_max));
  if (wrong) return wrong;
  const reason = given?.trim() === '' ? null : given;
  return answer(deps, promptId, (prompt) => {
    const worth = reward(scores, deps.config.attention.rates);
    const amount = underCap(deps, worth);
    const room = issuanceRoom(deps);
    if (amount > room)
      return refuse('balance_too_large', `at most ${toCredits(room)} more credits can be issued here; skip it`);
    return accept(
      end(deps, prompt, {
        ...{ status: 'scored', scores, reason },
        reward: amount,
        rewardCap: amount < worth ? amount : null,
        refund: ZERO,
      }),
    );
  });
}

/** The human doesn't want to mark it: no reward, no refund. Refuses as `scorePrompt` does of the prompt. */
export function skipPrompt(deps: Economy, promptId: number): Result<EndedPrompt> {
  return answer(deps, promptId, (prompt) =>
    accept(
      end(deps, prompt, { status: 'skipped', scores: null, reason: null, reward: ZERO, rewardCap: null, refund: ZERO }),
    ),
  );
}

/**
 * Ends the open prompt when nobody answered it in time: its payer gets attention's share of the price back and the
 * human counts as away. While nobody is to be asked it gets no older. `beforeMs` is the running time before this cycle. Runs inside the
 * caller's transaction. Returns the prompt that expired.
 */
export function expirePrompt(deps: Economy, beforeMs: number): number | undefined {
  const { [STORE]: store, config } = deps;
  const prompt = store.prompts.open();
  if (!prompt) return undefined;
  const { runningMs } = store.state.get();
  const hushed = isHushed(deps);
  // Running time is known only at cycles. It is counted from the first cycle after the prompt took the slot, so no
  // prompt's time is ever cut short.
  if (prompt.openedRunningMs === null) store.prompts.startTime(prompt.id, runningMs);
  else if (hushed) store.prompts.startTime(prompt.id, prompt.openedRunningMs + runningMs - beforeMs);
  if (hushed) return undefined;
  const openMs = runningMs - (prompt.openedRunningMs ?? runningMs);
  if (openMs < config.attention.prompt_ttl_seconds * 1000) return undefined;
  store.state.setHumanAway(true);
  humanGoes(deps);
  const { price, attentionPrice, reserveCost, outcome } = store.executions.get(prompt.executionId);
  // A refunded execution gave everything back already; nothing is left of the price then.
  const refunded = outcome === 'system_fault' || outcome === 'stopped_by_operator' ? price : ZERO;
  const refund = expiryRefund({ price, attentionPrice, reserveCost, refunded });
  end(deps, prompt, { status: 'expired', scores: null, reason: null, reward: ZERO, rewardCap: null, refund });
  return prompt.id;
}

function answer(deps: Economy, promptId: number, act: (prompt: Prompt) => Result<EndedPrompt>): Result<EndedPrompt> {
  const { [STORE]: store } = deps;
  const wrong = checkId('prompt', promptId);
  if (wrong) return wrong;
  // A human who answers is present, even if the answer comes too late. So the prompt on deck may take the slot.
  welcomeHuman(deps);
  return store.transaction(() => {
    const prompt = store.prompts.find(promptId);
    if (!prompt) return refuse('prompt_not_found', 'the id must be that of a prompt; bp-agents prompts lists them');
    const refusal = checkOpen(prompt);
    return refusal ?? act(prompt);
  });
}

function checkOpen(prompt: Prompt): Refusal | undefined {
  if (prompt.status === 'open') return undefined;
  const id = formatId('prompt', prompt.id);
  if (prompt.status === 'queued')
    return refuse('prompt_not_open', `${id} waits for its turn; answer the open prompt first`);
  return refuse('prompt_already_ended', `${id} was already ${prompt.status}`);
}

interface Ending {
  readonly status: 'scored' | 'skipped' | 'expired';
  readonly scores: Scores | null;
  readonly reason: string | null;
  readonly reward: MicroCredits;
  readonly rewardCap: MicroCredits | null;
  readonly refund: MicroCredits;
}

function end(deps: Economy, prompt: Prompt, ending: Ending): EndedPrompt {
  const { [STORE]: store, clock, config } = deps;
  const { cycle } = store.state.get();
  const at = clock.now();
  const ref = formatId('prompt', prompt.id);
  const attentionMs = ending.status === 'expired' ? prompt.attentionMs : attentionOfAnswer(deps, prompt, at);
  if (ending.reward > 0) {
    const credit = receiver(deps, prompt.agentId);
    store.transfers.single({ cycle, at, debit: 'system:issuance', credit, amount: ending.reward, kind: 'reward', ref });
  }
  const royalty = payRoyalties(deps, prompt, ending.reward);
  // Of the dead nothing is taken: what they earn has gone to `burn`.
  const isAlive = receiver(deps, prompt.agentId) === prompt.agentId;
  const wasDrawn = isAlive && chargeLot(deps, prompt, subtract(ending.reward, royalty));
  if (ending.refund > 0) {
    const credit = receiver(deps, prompt.payerId);
    store.transfers.single({ cycle, at, debit: 'system:market', credit, amount: ending.refund, kind: 'refund', ref });
  }
  const marks = ending.scores && sumOf(ending.scores);
  if (ending.status !== 'expired') recordAnswer(deps, prompt, { marks, attentionMs: attentionMs ?? 0, at });
  const rates = ending.scores === null ? null : config.attention.rates;
  store.prompts.end({ id: prompt.id, endedAt: at, endedCycle: cycle, rates, royalty, ...ending });
  placeNextBid(deps, prompt);
  // It had waited for that.
  if (prompt.nextBid !== null) placeAgain(deps, prompt.agentId);
  if (wasDrawn) wake(deps, prompt);
  fillSlot(deps);
  return { promptId: prompt.id, agentId: prompt.agentId, reward: ending.reward, refund: ending.refund, attentionMs };
}

/** Places the bid that the prompt named; where it can't be, the agent's `responses` say why and what would have passed. */
function placeNextBid(deps: Economy, prompt: Prompt): void {
  const { [STORE]: store } = deps;
  if (prompt.nextBid === null) return;
  if (store.bids.hasPendingOwn(prompt.agentId)) {
    store.prompts.setNextBid(prompt.id, 'not_needed', 'the agent has a bid of its own pending');
    return;
  }
  const request = readBidRequest(JSON.parse(prompt.nextBid), { field: 'next_bid', mayBeForAnother: false });
  const placed = request.ok ? placeBid(deps, prompt.agentId, request.value, { isNext: true }) : request;
  if (placed.ok) {
    const detail = `${formatId('bid', placed.value.bidId)}, reserve ${toCredits(placed.value.reserve)}`;
    store.prompts.setNextBid(prompt.id, 'placed', detail);
    store.executions.setRefusedBid(prompt.executionId, null);
    return;
  }
  store.prompts.setNextBid(prompt.id, placed.code, placed.message);
  store.executions.setRefusedBid(prompt.executionId, placed.code);
  // Where the execution goes on, its settlement sees to that.
  const execution = store.executions.get(prompt.executionId);
  if (store.standingOrders.live(prompt.agentId)) return;
  if (execution.outcome === 'completed' && isIdle(deps, prompt.agentId)) restart(deps, execution);
}

/** Who was drawn had nothing to bid with before its marks came: it goes on as after a crash, where nothing else lets it. */
function wake(deps: Economy, { agentId, executionId }: Prompt): void {
  const { [STORE]: store } = deps;
  if (store.standingOrders.live(agentId) || !isIdle(deps, agentId)) return;
  const execution = store.executions.get(executionId);
  if (execution.state === 'settled') restart(deps, execution);
}
