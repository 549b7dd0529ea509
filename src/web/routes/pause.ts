import { accept } from '../../domain/refusal.ts';
import { pause, resume } from '../../operator/pause.ts';
import type { WebRoute } from '../route.ts';

/** The operator's pause of the market. Each may come twice: the second time changes nothing. */
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
];
