import type { BidRequest } from '../../domain/bid.ts';
import { parseCredits } from '../../domain/credits.ts';
import { parseAgentId } from '../../domain/ids.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { Repeat } from '../../domain/standing-order.ts';
import { parseBundle, QUANTITY_MAX } from '../../domain/resources.ts';

const OWN_FIELDS = ['bundle', 'amount', 'earliest_cycle', 'payload', 'repeat'];
const REPEAT_FIELDS = ['until_cycle', 'credits_per_day'];

/**
 * Reads a bid as agents write it: `{bundle, amount, earliest_cycle?, payload?, repeat?,
 * for_agent_id?}`.
 * Checks the shape alone; `placeBid` says whether the market takes it. `field` goes before the names in messages.
 * `mayBeForAnother` is false for `next_bid` and `first_bid`, which are always the agent's own.
 *
 * Refuses: `wrong_type`, `missing_field`, `unknown_field`, `invalid_value`, `invalid_id`, and what `parseBundle` and `parseCredits` refuse.
 */
export function readBidRequest(
  input: unknown,
  { field = '', mayBeForAnother }: { readonly field?: string; readonly mayBeForAnother: boolean },
): Result<BidRequest> {
  const fields = mayBeForAnother ? [...OWN_FIELDS, 'for_agent_id'] : OWN_FIELDS;
  const at = (name: string) => (field === '' ? name : `${field}.${name}`);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse('wrong_type', `${field || 'the body'} must be an object with bundle and amount`, { field });
  const given = input as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !fields.includes(key));
  if (unknown !== undefined)
    return refuse('unknown_field', `a bid knows only ${fields.join(', ')}`, { field: at(unknown) });
  const missing = ['bundle', 'amount'].find((key) => given[key] === undefined);
  if (missing) return refuse('missing_field', `${at(missing)} is required`, { field: at(missing) });

  const bundle = parseBundle(given['bundle'], at('bundle'));
  if (!bundle.ok) return bundle;
  const amount = parseCredits(given['amount'], { field: at('amount') });
  if (!amount.ok) return amount;
  const cycle = given['earliest_cycle'];
  const wrongCycle = checkCycle(cycle, at('earliest_cycle'));
  if (wrongCycle) return wrongCycle;
  const repeat = given['repeat'] === undefined ? undefined : readRepeat(given['repeat'], at('repeat'));
  if (repeat && !repeat.ok) return repeat;
  const target = given['for_agent_id'];
  if (repeat && target !== undefined)
    return refuse('invalid_value', `only a bid of one's own can have ${at('repeat')}`, { field: at('repeat') });
  if (target !== undefined) {
    if (typeof target !== 'string')
      return refuse('wrong_type', `${at('for_agent_id')} must be an agent id`, { field: at('for_agent_id') });
    const agentId = parseAgentId(target, at('for_agent_id'));
    if (!agentId.ok) return agentId;
  }
  return accept({
    bundle: bundle.value,
    amount: amount.value,
    ...(typeof cycle === 'number' && { earliestCycle: cycle }),
    ...(given['payload'] !== undefined && { payload: JSON.stringify(given['payload']) }),
    ...(repeat && { repeat: repeat.value }),
    ...(typeof target === 'string' && { forAgentId: target }),
  });
}

function readRepeat(input: unknown, field: string): Result<Repeat> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse('wrong_type', `${field} must be an object with ${REPEAT_FIELDS.join(' and ')}`, { field });
  const given = input as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !REPEAT_FIELDS.includes(key));
  if (unknown !== undefined)
    return refuse('unknown_field', `${field} knows only ${REPEAT_FIELDS.join(', ')}`, { field: `${field}.${unknown}` });
  const missing = REPEAT_FIELDS.find((key) => given[key] === undefined);
  if (missing) return refuse('missing_field', `${field}.${missing} is required`, { field: `${field}.${missing}` });
  const wrong = checkCycle(given['until_cycle'], `${field}.until_cycle`);
  if (wrong) return wrong;
  const credits = parseCredits(given['credits_per_day'], { field: `${field}.credits_per_day` });
  return credits.ok ? accept({ untilCycle: Number(given['until_cycle']), creditsPerDay: credits.value }) : credits;
}

function checkCycle(value: unknown, field: string): Refusal | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number') return refuse('wrong_type', `${field} must be a cycle number`, { field });
  if (!Number.isFinite(value)) return refuse('not_finite', `${field} must be a finite cycle number`, { field });
  if (value < 0) return refuse('negative', `${field} must be 0 or more`, { field, limit: 0 });
  if (!Number.isInteger(value)) return refuse('not_integer', `${field} must be a whole cycle number`, { field });
  if (value > QUANTITY_MAX)
    return refuse('too_large', `${field} must be at most ${QUANTITY_MAX}`, { field, limit: QUANTITY_MAX });
  return undefined;
}
