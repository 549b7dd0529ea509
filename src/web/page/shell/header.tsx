import { count, counted, span } from './figures.ts';
import { useLive, type Live } from './live.ts';
import { PauseButton } from './pause-button.tsx';
import { useSeconds } from './use-seconds.ts';

/** What state the economy is in, on every view. */
export function Header({ onHelp }: { readonly onHelp: () => void }) {
  return (
    <header class="top">
      <span class="name">bp-agents</span>
      <State live={useLive()} />
      <div class="acts">
        <PauseButton />
        <button type="button" class="plain" onClick={onHelp} aria-keyshortcuts="?">
          <kbd>?</kbd> Keys
        </button>
      </div>
    </header>
  );
}

function State({ live }: { readonly live: Live }) {
  const sinceMs = useSeconds(live.at);
  const { economy, connection } = live;
  if (connection === 'lost') return <Lamp waits>the program doesn’t answer; trying again</Lamp>;
  if (connection === 'refused') return <Lamp waits>not let in</Lamp>;
  if (!economy) return <Lamp waits>connecting</Lamp>;
  const { cycle, state, next_cycle_in_ms: nextMs, human_away: isAway, agents, running } = economy;
  const next = nextMs === null ? 'at work' : `next in ${span(nextMs - sinceMs)}`;
  return (
    <div class="state">
      <span class={state === 'running' ? 'lamp' : 'lamp waits'}>{state}</span>
      {isAway && <span class="lamp waits">you are away</span>}
      <span class="number">cycle {count(cycle)}</span>
      {state === 'running' && <span class="number muted">{next}</span>}
      <span class="more number muted">
        {counted(agents.alive, 'agent')} alive, {count(running.length)} running
      </span>
    </div>
  );
}

function Lamp({ waits, children }: { readonly waits?: boolean; readonly children: string }) {
  return (
    <div class="state" role="status">
      <span class={waits ? 'lamp waits' : 'lamp'}>{children}</span>
    </div>
  );
}
