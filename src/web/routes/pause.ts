import { accept } from '../../domain/refusal.ts';
import { listen } from '../../operator/listen.ts';
import { MINUTES_AT_ONCE } from '../../domain/minutes-text.ts';
import { pause, resume } from '../../operator/pause.ts';
import type { WebRoute } from '../route.ts';

/** The operator's pause of the market, which may come twice: the second time changes nothing. And more minutes of theirs. */
export const PAUSE_ROUTES: readonly WebRoute[] = [
  {
    method: 'POST',
    path: '/api/pause',
    handle: async (_call, { home: { economy } }) => {
      const paused = await pause(economy);
      return paused.ok ? accept({}) : paused;
    },
  },
  {
    method: 'POST',
    path: '/api/resume',
    handle: async (_call, { home: { economy } }) => {
      await resume(economy);
      return accept({});
    },
  },
  {
    method: 'POST',
    path: '/api/listen',
    isAlsoAtRest: true,
    handle: async (_call, { home: { economy } }) => {
      const given = await listen(economy, MINUTES_AT_ONCE);
      return given.ok ? accept({}) : given;
    },
  },
];
