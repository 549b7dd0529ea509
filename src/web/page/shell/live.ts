import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { WatchedEconomy } from '../../../operator/live-feed.ts';
import { listen } from '../events.ts';

/** What the page knows of the moment. */
export interface Live {
  readonly economy: WatchedEconomy | undefined;
  /** When that was true, by `performance.now()`. */
  readonly at: number;
  /** Another number whenever anything may have changed: to be asked again by. */
  readonly version: number;
  readonly connection: 'connecting' | 'open' | 'lost' | 'refused';
  /** Why nobody is let in. */
  readonly detail: string | undefined;
}

const UNKNOWN: Live = { economy: undefined, at: 0, version: 0, connection: 'connecting', detail: undefined };

export const LiveContext = createContext<Live>(UNKNOWN);

export function useLive(): Live {
  return useContext(LiveContext);
}

/** One stream for the whole page. */
export function useLiveStream(): Live {
  const [live, setLive] = useState(UNKNOWN);
  useEffect(
    () =>
      listen('now', {
        onLive: (economy) => setLive((it) => ({ ...it, economy, at: performance.now(), version: it.version + 1 })),
        onConnection: (connection, detail) => setLive((it) => ({ ...it, connection, detail })),
      }),
    [],
  );
  return live;
}
