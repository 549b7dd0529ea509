import type { Change } from './changes.ts';
import { demand } from './finding.ts';
import type { Mirror } from './mirror.ts';
import type { CallRow, ExecutionRow } from './rows.ts';

const ENDS = new Set(['completed', 'failed', 'hung_up', 'broken_off', 'lost']);

/**
 * Calls of models: tokens are reserved before, settled once, never to more than was reserved, and all calls of an
 * execution together never to more than it bought.
 */
export function checkCalls(
  calls: readonly Change<CallRow>[],
  executions: readonly Change<ExecutionRow>[],
  mirror: Mirror,
): void {
  const billed = new Map<number, number>();
  for (const { old, now } of calls) {
    checkCall(old, now, mirror);
    if (now.billed !== null) billed.set(now.execution, (billed.get(now.execution) ?? 0) + now.billed);
  }
  const after = new Map(mirror.calls);
  for (const { now } of calls)
    if (now.outcome === null) after.set(now.id, now);
    else after.delete(now.id);
  const touched = new Map(executions.map(({ now }) => [now.id, now]));
  for (const id of new Set([...touched.keys(), ...calls.map(({ now }) => now.execution)])) {
    const execution = touched.get(id) ?? mirror.executions.get(id);
    if (!execution) continue;
    const name = `exe_${id}`;
    const before = mirror.executions.get(id)?.usedTokens ?? 0;
    const due = before + (billed.get(id) ?? 0);
    const told = () => `${name} has used ${execution.usedTokens} tokens, not ${due}`;
    demand(execution.usedTokens === due, 'tokens used are those of its calls', told);
    const open = [...after.values()].filter((call) => call.execution === id);
    const most = due + open.reduce((sum, { reserved }) => sum + reserved, 0);
    const bought = execution.bundle[2];
    demand(most <= bought, 'no execution uses more tokens than it bought', () => `${name}: ${most} of ${bought}`);
    const isOver = execution.state === 'settled' && open.length > 0;
    demand(!isOver, 'no call outlives its execution', () => `call ${open[0]?.id} of ${name} is open`);
  }
}

function checkCall(old: CallRow | undefined, now: CallRow, mirror: Mirror): void {
  const name = `call ${now.id}`;
  if (!old) {
    const { state } = mirror.executions.get(now.execution) ?? {};
    const isLive = state === 'starting' || state === 'running';
    demand(isLive, 'only who runs calls a model', () => `${name} is of exe_${now.execution}, which is ${state}`);
    demand(now.outcome === null, 'a call begins open', () => `${name} begins ${now.outcome}`);
    return;
  }
  const same = old.execution === now.execution && old.reserved === now.reserved;
  demand(same && old.outcome === null, 'a call ends once', () => `${name} changed after ${old.outcome}`);
  if (now.outcome === null) return;
  const { outcome, billed, reserved } = now;
  demand(ENDS.has(outcome), 'a call ends with an outcome', () => `${name} has ${outcome}`);
  const isPaid =
    billed !== null &&
    billed >= 0 &&
    billed <= reserved &&
    (outcome !== 'lost' || billed === reserved) &&
    (outcome !== 'failed' || billed === 0);
  demand(isPaid, 'no call is billed for more than was reserved', () => `${name}: ${billed} of ${reserved}, ${outcome}`);
}
