import type { WatchedEconomy } from '../../operator/live-feed.ts';
import { openEvents, RefusedCall } from './api.ts';

/** What the server tells a tab: the state of the moment, or that something has changed. */
export interface EventListener {
  readonly onLive?: (live: WatchedEconomy) => void;
  readonly onTick?: () => void;
  /** Whether the server answers; before the first answer nothing is told. `refused` says why it lets nobody in. */
  readonly onConnection: (state: 'open' | 'lost' | 'refused', detail?: string) => void;
}

const RETRY_MS = [1000, 2000, 5000];

/**
 * Listens for a view until the returned function is called. A tab that nobody sees listens to nothing; a server that
 * went away is tried again until it is back.
 */
export function listen(view: string, listener: EventListener): () => void {
  let current = new AbortController();
  const onVisibility = () => {
    current.abort();
    current = new AbortController();
    if (document.visibilityState === 'visible') void keepListening(view, listener, current.signal);
  };
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    current.abort();
  };
}

async function keepListening(view: string, listener: EventListener, signal: AbortSignal): Promise<void> {
  const isOver = () => signal.aborted;
  for (let attempt = 0; !isOver(); attempt++) {
    try {
      const stream = await openEvents(view, signal);
      listener.onConnection('open');
      attempt = 0;
      await read(stream, listener);
    } catch (error) {
      if (isOver()) return;
      if (error instanceof RefusedCall && error.problem.code === 'no_session') {
        listener.onConnection('refused', error.message);
        return;
      }
    }
    if (isOver()) return;
    listener.onConnection('lost');
    await passed(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 1000, signal);
  }
}

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, listener: EventListener): Promise<void> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = `${text}${value}`.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) tell(message, listener);
  }
}

function tell(message: string, { onLive, onTick }: EventListener): void {
  const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
  if (event === 'live' && data !== undefined) onLive?.(JSON.parse(data) as WatchedEconomy);
  if (event === 'tick') onTick?.();
}

function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
