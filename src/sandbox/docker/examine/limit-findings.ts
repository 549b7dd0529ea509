import type { EssentialLimit } from '../../../domain/execution.ts';
import type { Finding } from '../../../platform/finding.ts';
import { heldLimits, unheldMend, unheldOf, type HoldBasis } from '../client/held-limits.ts';

export interface ExaminedLimits extends Omit<HoldBasis, 'seen'> {
  /** `sandbox.accept_unheld`. */
  readonly accepted: readonly EssentialLimit[];
}

/** Which limits hold on this engine, one finding each, by what it says of itself. `run` looks whether that is so. */
export function limitFindings({ accepted, ...basis }: ExaminedLimits): readonly Finding[] {
  const limits = heldLimits(basis);
  const unheld = unheldOf(limits);
  return limits.map(({ name, hold, because }) => {
    const essential = unheld.find((limit) => limit === name);
    const ok = essential === undefined || accepted.includes(essential);
    const detail = because === undefined ? hold : `${hold}: ${because}`;
    const told = ok && essential !== undefined ? `${detail} (sandbox.accept_unheld)` : detail;
    return { name: `limit_${name}`, ok, detail: told, ...(!ok && { mend: unheldMend(unheld) }) };
  });
}
