import { accept } from '../../domain/refusal.ts';
import type { WebRoute } from '../route.ts';

/** The economy at this moment, as the terminal shows it. */
export const NOW_ROUTES: readonly WebRoute[] = [
  { method: 'GET', path: '/api/now', handle: (_call, { feed }) => accept(feed.now()) },
  { method: 'GET', path: '/api/now/use', handle: async (_call, { uses }) => accept((await uses?.now()) ?? []) },
];
