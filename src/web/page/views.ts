import type { ComponentType } from 'preact';
import type { Place } from './shell/router.ts';
import { InboxView } from './views/inbox.tsx';
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
] as const satisfies readonly View[];

export function viewOf(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? VIEWS[0];
}
