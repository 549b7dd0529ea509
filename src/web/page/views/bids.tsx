import { useState } from 'preact/hooks';
import type { BidView as Bid } from '../../../operator/views/bid-list.ts';
import type { RowPage } from '../../../operator/views/row-page.ts';
import { Answer } from '../parts/answer.tsx';
import { allOr, ChoiceFilter, Filters, TextFilter } from '../parts/filters.tsx';
import { Pager } from '../parts/pager.tsx';
import { BidTable } from '../parts/row-tables.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';
import type { Place } from '../shell/router.ts';
import { BidView } from './bid.tsx';

const ROWS = '50';
const STATUSES = ['pending', 'won', 'withdrawn', 'expired', 'voided'];

/** Bids, the newest first; each leads to why it won or lost. */
export function BidsView({ place }: { readonly place: Place }) {
  const [id] = place.rest;
  return id === undefined ? <BidsList place={place} /> : <BidView key={id} id={id} />;
}

function BidsList({ place }: { readonly place: Place }) {
  const [agent, setAgent] = useState(place.query.get('agent') ?? '');
  const [status, setStatus] = useState('');
  const [before, setBefore] = useState<number>();
  const query = new URLSearchParams({ limit: ROWS });
  if (agent !== '') query.set('agent', agent);
  if (status !== '') query.set('status', status);
  if (before !== undefined) query.set('before', String(before));
  const data = useRefreshed<RowPage<Bid>>(`/api/bids?${query.toString()}`);
  const change = (set: () => void) => {
    set();
    setBefore(undefined);
  };
  return (
    <div class="view">
      <h1 tabIndex={-1}>Bids</h1>
      <Filters>
        <TextFilter title="Agent" value={agent} onValue={(value) => change(() => setAgent(value))} />
        <ChoiceFilter
          title="Status"
          value={status}
          onValue={(value) => change(() => setStatus(value))}
          choices={allOr(STATUSES)}
        />
      </Filters>
      <Answer data={data}>
        {({ rows, next }) => (
          <>
            <BidTable rows={rows} />
            <Pager
              shown={
                rows.length === 0 && next !== null ? 'none among those looked through; the next page looks further' : ''
              }
              isFirst={before === undefined}
              next={next}
              onNext={setBefore}
              onFirst={() => setBefore(undefined)}
            />
          </>
        )}
      </Answer>
    </div>
  );
}
