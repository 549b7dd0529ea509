import { lastAuditPath } from '../config/home-places.ts';
import type { AuditReport } from '../economy/audit/audit-ledger.ts';
import { readOwnFile, replaceOwnFile } from '../platform/own-file.ts';

/** What the newest `audit` of a home came to. */
export interface LastAudit extends Pick<AuditReport, 'ok' | 'transfers' | 'head' | 'first_difference'> {
  readonly at: string;
}

/** Undefined where none was made, or what it said can't be read. */
export function lastAudit(home: string): LastAudit | undefined {
  try {
    const {
      at,
      ok,
      transfers,
      head,
      first_difference: difference,
    } = JSON.parse(readOwnFile(lastAuditPath(home)) ?? '') as Partial<LastAudit>;
    if (typeof at !== 'string' || Number.isNaN(Date.parse(at)) || typeof ok !== 'boolean') return undefined;
    return { at, ok, transfers: Number(transfers), head: String(head), first_difference: difference ?? null };
  } catch {
    return undefined;
  }
}

/** Notes it for whoever looks at the books. Throws the system's error. */
export function keepAudit(home: string, { ok, transfers, head, first_difference }: AuditReport, now: number): void {
  const kept: LastAudit = { at: new Date(now).toISOString(), ok, transfers, head, first_difference };
  replaceOwnFile(lastAuditPath(home), `${JSON.stringify(kept)}\n`);
}
