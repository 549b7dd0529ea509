import type { Books } from '../../../operator/views/books.ts';
import { credits } from '../shell/figures.ts';
import { figure } from './amounts.ts';
import { Facts } from './facts.tsx';
import { Time } from './time.tsx';

/** Where all credits are, whether they agree, and what the last audit said. */
export function BooksSums({
  credits: sums,
  adds_up: addsUp,
  transfers,
  audit,
}: Pick<Books, 'credits' | 'adds_up' | 'transfers' | 'audit'>) {
  return (
    <>
      <Facts
        facts={[
          ['issued', credits(sums.issued)],
          ['held by agents', credits(sums.held)],
          ['of that in bids', credits(sums.pending)],
          ['spent on the market', credits(sums.market)],
          ['fees', credits(sums.fees)],
          ['burnt', credits(sums.burned)],
          ['transfers', figure(transfers)],
        ]}
      />
      <p class={addsUp ? '' : 'notice bad'}>
        {addsUp
          ? 'The running sums agree: all accounts sum to zero, and what is held is what bids hold.'
          : 'The running sums do not agree. Stop using this database, and see what bp-agents audit names.'}
      </p>
      <Audit audit={audit} transfers={transfers} />
    </>
  );
}

function Audit({ audit, transfers }: Pick<Books, 'audit' | 'transfers'>) {
  if (audit === null)
    return (
      <p>
        No audit was made yet: <code>bp-agents audit</code> recomputes all of it from the first transfer.
      </p>
    );
  const since = transfers - audit.transfers;
  return (
    <p class={audit.ok ? '' : 'notice bad'}>
      The last audit, <Time at={audit.at} />, recomputed {figure(audit.transfers)} transfers and{' '}
      {audit.ok ? 'found nothing' : `found this: ${audit.first_difference ?? 'a difference'}`}.{' '}
      {since > 0 && `${figure(since)} came since. `}
      {audit.ok && (
        <>
          The chain stood at <code>{audit.head.slice(0, 16)}…</code>
        </>
      )}
    </p>
  );
}
