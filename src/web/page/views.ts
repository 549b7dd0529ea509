import type { ComponentType } from 'preact';
import type { Place } from './shell/router.ts';
import { AgentsView } from './views/agents.tsx';
import { BidsView } from './views/bids.tsx';
import { BooksView } from './views/books.tsx';
import { ExecutionsView } from './views/executions.tsx';
import { InboxView } from './views/inbox.tsx';
import { MarketView } from './views/market.tsx';
import { NowView } from './views/now.tsx';
import { RequestsView } from './views/requests.tsx';

export interface View {
  /** In its address. */
  readonly name: string;
  readonly title: string;
  /** After `g`. */
  readonly key: string;
  readonly Page: ComponentType<{ readonly place: Place }>;
}

/** In their order in the navigation; the first one is where one begins. */
export const VIEWS = [
  { name: 'inbox', title: 'Inbox', key: 'i', Page: InboxView },
  { name: 'now', title: 'Now', key: 'n', Page: NowView },
  { name: 'requests', title: 'Requests', key: 'r', Page: RequestsView },
  { name: 'agents', title: 'Agents', key: 'a', Page: AgentsView },
  { name: 'executions', title: 'Executions', key: 'e', Page: ExecutionsView },
  { name: 'bids', title: 'Bids', key: 'b', Page: BidsView },
  { name: 'market', title: 'Market', key: 'm', Page: MarketView },
  { name: 'books', title: 'Books', key: 'k', Page: BooksView },
] as const satisfies readonly View[];

export function viewOf(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? VIEWS[0];
}
