import { useState } from 'preact/hooks';
import type { ExplainedBid } from '../../../operator/views/one-bid.ts';
import { Answer } from '../parts/answer.tsx';

import { Facts } from '../parts/facts.tsx';
import { creditsOr, figure } from '../parts/amounts.ts';
import { credits } from '../shell/figures.ts';
import { AgentLink, BidLink } from '../parts/links.tsx';
import { Pager } from '../parts/pager.tsx';
import { bundleText } from '../parts/row-tables.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';

type Run = ExplainedBid['runs'][number];

/** One bid: why it won or lost in each cycle, and with how much it would have won. */
export function BidView({ id }: { readonly id: string }) {
  const [before, setBefore] = useState<number>();
  const query = before === undefined ? '' : `?before=${before}`;
  const data = useRefreshed<ExplainedBid>(`/api/bids/${encodeURIComponent(id)}${query}`, { restMs: 3000 });
  return (
    <div class="view">
      <h1 tabIndex={-1}>{id}</h1>
      <Answer data={data}>
        {(value) => (
          <>
            <Shown {...value} />
            <Pager
              shown=""
              isFirst={before === undefined}
              next={value.next}
              onNext={setBefore}
              onFirst={() => setBefore(undefined)}
            />
          </>
        )}
      </Answer>
    </div>
  );
}

function Shown({ bid, fates, runs }: ExplainedBid) {
  return (
    <>
      <Facts
        facts={[
          ['agent', <AgentLink id={bid.agent_id} />],
          ['paid by', bid.payer === bid.agent_id ? undefined : <AgentLink id={bid.payer} />],
          ['status', bid.status],
          ['amount', credits(bid.amount)],
          ['paid', bid.price_paid === null ? undefined : credits(bid.price_paid)],
          ['cost at the reserve when placed', credits(bid.reserve)],
          ['bundle', bundleText(bid.bundle)],
          [
            'standing order',
            bid.standing_order === null || bid.standing_order === bid.id ? undefined : (
              <BidLink id={bid.standing_order} />
            ),
          ],
          ['attempt', bid.attempt > 1 ? figure(bid.attempt) : undefined],
          ['placed', <Time at={bid.placed_at} />],
          ['in cycle', figure(bid.placed_cycle)],
          ['ended in cycle', bid.ended_cycle === null ? undefined : figure(bid.ended_cycle)],
        ]}
      />
      <h2>Why</h2>
      <Table
        title="Why it won or lost"
        rows={runs}
        keyOf={({ cycles: [{ cycle }] }) => String(cycle)}
        none="No cycle in which it stood is on record."
        columns={[
          { title: 'cycle', cell: cyclesText },
          { title: 'what became of it', cell: ({ verdict }) => verdict },
          {
            title: 'place',
            isNumber: true,
            cell: ({ cycles: [{ rank, competing }] }) =>
              rank === null ? 'did not compete' : `${figure(rank)} of ${figure(competing)}`,
          },
          { title: 'offered', isNumber: true, cell: ({ cycles: [{ amount }] }) => credits(amount) },
          { title: 'reserve', isNumber: true, cell: ({ cycles: [{ reserve_cost: cost }] }) => creditsOr(cost) },
          { title: 'would have won with', isNumber: true, cell: leastText },
          { title: 'winners before it', isExtra: true, cell: rivals },
        ]}
      />
      {fates.length > 0 && (
        <>
          <h2>News of it</h2>
          <Table
            title="News of it"
            rows={fates.toReversed()}
            keyOf={({ cycle, reason }) => `${cycle} ${reason}`}
            none=""
            columns={[
              { title: 'cycle', cell: ({ cycle }) => figure(cycle) },
              { title: 'what happened', cell: ({ reason }) => reason },
            ]}
          />
        </>
      )}
    </>
  );
}

/** Of several cycles the newest is the one that counts, and stands first. */
function cyclesText({ cycles: run }: Run): string {
  const [newest] = run;
  const oldest = run.at(-1) ?? newest;
  return run.length === 1 ? figure(newest.cycle) : `${figure(oldest.cycle)} to ${figure(newest.cycle)}`;
}

function leastText({ cycles: [{ rank, least_amount: least, set_by: rival }] }: Run) {
  if (rank === null) return '–';
  if (least === null && rival !== null)
    return (
      <>
        no amount: not above <BidLink id={rival} />
      </>
    );
  if (least === null) return 'no amount: it did not fit';
  return (
    <>
      {credits(least)},{' '}
      {rival === null ? (
        'the reserve'
      ) : (
        <>
          above <BidLink id={rival} />
        </>
      )}
    </>
  );
}

function rivals({ cycles: [{ before, before_count: count }] }: Run) {
  if (count === 0) return '–';
  return (
    <>
      {before.map(({ bid, agent_id: agent, amount }, index) => (
        <span key={bid}>
          {index > 0 && ', '}
          <AgentLink id={agent} /> {credits(amount)}
        </span>
      ))}
      {count > before.length && ` and ${figure(count - before.length)} more`}
    </>
  );
}
