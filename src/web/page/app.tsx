import { useEffect, useState } from 'preact/hooks';
import type { LiveView } from '../../operator/views/live-view.ts';
import { listen } from './events.ts';

/** The page. */
export function App() {
  const [live, setLive] = useState<LiveView>();
  const [state, setState] = useState('connecting');
  useEffect(() => listen('now', { onLive: setLive, onConnection: (now, detail) => setState(detail ?? now) }), []);
  return (
    <main>
      <h1>bp-agents</h1>
      <p role="status">{state}</p>
      <pre>{JSON.stringify(live, undefined, 1)}</pre>
    </main>
  );
}
