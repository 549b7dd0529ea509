import type { BidView as Bid } from '../../../operator/views/bid-list.ts';
import { RowList } from '../parts/row-list.tsx';
import { BidTable } from '../parts/row-tables.tsx';
import type { Place } from '../shell/router.ts';
import { BidView } from './bid.tsx';

const STATUSES = ['pending', 'won', 'withdrawn', 'expired', 'voided'];

/** Bids, the newest first; each leads to why it won or lost. */
export function BidsView({ place }: { readonly place: Place }) {
  const [id] = place.rest;
  return id === undefined ? (
    <RowList<Bid>
      title="Bids"
      path="/api/bids"
      place={place}
      filter={{ name: 'status', title: 'Status', words: STATUSES }}
      table={(rows) => <BidTable rows={rows} />}
    />
  ) : (
    <BidView key={id} id={id} />
  );
}
