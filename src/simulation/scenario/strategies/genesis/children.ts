import { toCredits } from '../../../../domain/credits.ts';
import { bundleOf, credits, place } from '../livelihood.ts';
import { isReady, kindKnown, letterCost, lifeCost, type Mind } from './mind.ts';
import type { Child } from './memory.ts';
import { RULES } from './rules.ts';

/** How a genesis raises children (`runtime/genesis/children.py`): one for each field, told what it learnt of the human. */
const { children: rules } = RULES;

interface Report {
  readonly reward: number;
  readonly cost: number;
}

export async function raiseChildren(mind: Mind): Promise<void> {
  // Once in a wake, however much it reports.
  const helped = new Set<string>();
  for (const { from, content } of mind.me.handshake.inbox) {
    const child = mind.life.children.get(from);
    const report = child && reportIn(content);
    if (!report) continue;
    if (report.reward < report.cost) child.underCost++;
    else child.hasEarned = true;
    if (!isOnTrial(child) || helped.has(from)) continue;
    helped.add(from);
    await sponsor(mind, from);
  }
  await haveChild(mind);
}

/** Whether it is still worth another try: none has paid for itself, and it had few. */
function isOnTrial({ hasEarned, underCost }: Child): boolean {
  return !hasEarned && underCost < rules.under_cost_max;
}

/** Pays for one more letter of a child whose last one did not pay for itself. */
async function sponsor(mind: Mind, childId: string): Promise<void> {
  const { me, self } = mind;
  const cost = letterCost(mind);
  if (self.purse.available < cost * rules.letters_kept) return;
  const bundle = bundleOf(me, self, 1, 1);
  await place(me, self, { bundle, amount: credits(cost * RULES.bids.letter), for_agent_id: childId });
}

/** In the next field that has none and in which there is something to write, where the credits of some letters of its own are left afterwards. */
async function haveChild(mind: Mind): Promise<void> {
  const { me, self, life, now } = mind;
  if (life.answers < rules.answers_first) return;
  if (life.children.size > 0 && now - life.spawnedAt < rules.pause_seconds) return;
  const letter = letterCost(mind);
  const given = Math.max(
    self.leastEndowment() * 1.05,
    letter * rules.letters_given + lifeCost(mind) * rules.lives_given,
  );
  if (self.purse.available < given + self.spawnFee() + letter * rules.letters_kept) return;
  const field = nextField(mind);
  if (field === undefined) return;
  const bundle = bundleOf(me, self, 1, 1);
  const id = `${me.id}-${field}`;
  const born = await me.spawn(id, credits(given), { bundle, amount: credits(letter * RULES.bids.letter) });
  if (!born?.ok) return;
  self.purse.available = toCredits(born.value.available);
  life.spawnedAt = now;
  life.children.set(id, { field, underCost: 0, hasEarned: false });
  await tell(mind, id);
}

function nextField(mind: Mind): string | undefined {
  const taken = new Set([mind.field, ...[...mind.life.children.values()].map(({ field }) => field)]);
  return Object.entries(RULES.fields).find(
    ([field, kinds]) => !taken.has(field) && kinds.some((kind) => isReady(mind, kind)),
  )?.[0];
}

/** What a rested letter earns with this human, as far as it knows. */
async function tell(mind: Mind, childId: string): Promise<void> {
  const appeals = mind.kinds.map((kind) => kindKnown(mind, kind).appeal);
  const rested = Math.round((100 * appeals.reduce((sum, appeal) => sum + appeal, 0)) / appeals.length) / 100;
  const sent = await mind.me.message(childId, JSON.stringify({ learnt: { rested } }));
  if (sent?.ok) mind.self.purse.available = toCredits(sent.value.available);
}

function reportIn(content: string): Report | undefined {
  return (JSON.parse(content) as { readonly report?: Report }).report;
}
