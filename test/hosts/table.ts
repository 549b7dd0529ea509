import type { SuiteResult } from './suite.ts';

/** What came of one kind of host. */
export interface HostResult {
  readonly title: string;
  /** Why it could not be had or brought up; then there is nothing else. */
  readonly notHere?: string;
  readonly limits?: ReadonlyMap<string, string>;
  readonly contract?: SuiteResult;
  readonly hostile?: SuiteResult;
}

/** One line a host, one column a limit, as Markdown. */
export function table(results: readonly HostResult[]): readonly string[] {
  const names = [...new Set(results.flatMap(({ limits }) => [...(limits?.keys() ?? [])]))];
  const header = ['host', ...names, 'contract', 'hostile'];
  const rows = results.map(({ title, notHere, limits, contract, hostile }) =>
    notHere === undefined
      ? [title, ...names.map((name) => limits?.get(name) ?? '-'), counted(contract), counted(hostile)]
      : [title, `not seen: ${notHere}`, ...header.slice(2).map(() => '')],
  );
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function counted(result: SuiteResult | undefined): string {
  if (!result) return '-';
  const { passed, failed, skipped } = result;
  const all = `${passed} of ${passed + failed}`;
  return skipped === 0 ? all : `${all}, ${skipped} skipped`;
}
