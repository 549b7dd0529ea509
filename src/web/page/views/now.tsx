import type { WatchedEconomy } from '../../../operator/live-feed.ts';
import { humanTimeText } from '../../../domain/minutes-text.ts';
import type { RunningExecution } from '../../../operator/views/running-executions.ts';
import { Deck } from '../inbox/deck.tsx';
import { Said } from '../parts/said.tsx';
import { count, credits, second, span } from '../shell/figures.ts';
import { useLive } from '../shell/live.ts';
import { href } from '../shell/router.ts';
import { useOfRunning } from '../parts/use-of-running.ts';
import { useSeconds } from '../shell/use-seconds.ts';

/** What runs, what is sold, what waits and what has just happened. */
export function NowView() {
  const { economy, at } = useLive();
  return (
    <div class="view">
      <h1 tabIndex={-1}>Now</h1>
      {economy && (
        <>
          <Running executions={economy.executions} at={at} />
          <Markets markets={economy.markets} />
          <div class="halves">
            <Waiting economy={economy} />
            <Credits economy={economy} />
          </div>
          <Events events={economy.events} />
        </>
      )}
    </div>
  );
}

function Running({ executions, at }: { readonly executions: readonly RunningExecution[]; readonly at: number }) {
  const sinceMs = useSeconds(at);
  const uses = useOfRunning(executions.length > 0);
  return (
    <section class="part" aria-labelledby="running-title">
      <h2 id="running-title">Running</h2>
      {executions.length === 0 ? (
        <p class="muted">Nothing runs at this moment.</p>
      ) : (
        <div class="sheet">
          <table class="rows cards">
            <thead>
              <tr>
                {['agent', 'execution', 'CPU', 'memory', 'tokens', 'attention', 'time', 'paid'].map((title) => (
                  <th scope="col" key={title}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {executions.map((it) => (
                <tr key={it.id}>
                  <td data-title="agent">
                    <a href={href('agents', it.agent_id)}>{it.agent_id}</a>
                  </td>
                  <td data-title="execution">
                    <a href={href('executions', it.id)}>{it.id}</a>
                  </td>
                  <td data-title="CPU" class="number">
                    {usedOf(uses.get(it.id)?.cpu_seconds, credits)}
                    {credits(it.bought.cpu_seconds)} s
                  </td>
                  <td data-title="memory" class="number">
                    {usedOf(uses.get(it.id)?.memory_mb_peak, (mb) => count(Math.ceil(mb)))}
                    {count(it.bought.memory_mb)} MB
                  </td>
                  <td data-title="tokens" class="number">
                    {it.bought.tokens === 0 ? '' : `${count(it.used.tokens)} of ${count(it.bought.tokens)}`}
                  </td>
                  <td data-title="attention">{it.bought.attention === 1 ? 'bought' : ''}</td>
                  <td data-title="time" class="number">
                    {it.state === 'running' ? `${span(it.running_ms + sinceMs)} of ${span(it.wall_ms)}` : it.state}
                  </td>
                  <td data-title="paid" class="number">
                    {credits(it.price_paid)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Nothing where it isn't known. */
function usedOf(used: number | null | undefined, text: (figure: number) => string): string {
  return used === null || used === undefined ? '' : `${text(used)} of `;
}

const NAMES = { cpu_seconds: 'CPU', memory_mb: 'Memory', tokens: 'Tokens', attention: 'Attention' } as const;
const UNITS = {
  cpu_seconds: 'CPU s a cycle',
  memory_mb: 'MB',
  tokens: 'tokens a cycle',
  attention: 'at a time',
} as const;

function Markets({ markets }: Pick<WatchedEconomy, 'markets'>) {
  return (
    <section class="part" aria-labelledby="markets-title">
      <h2 id="markets-title">Markets</h2>
      <div class="tiles">
        {(Object.keys(NAMES) as (keyof typeof NAMES)[]).map((resource) => {
          const { price, supply, utilisation } = markets[resource];
          const share = Math.round(100 * utilisation);
          return (
            <section class="tile sheet" key={resource} aria-label={NAMES[resource]}>
              <h3>{NAMES[resource]}</h3>
              {supply === 0 ? (
                <p class="muted">not sold now</p>
              ) : (
                <>
                  <p>
                    <span class="big">{credits(price)}</span> <span class="muted">credits each</span>
                  </p>
                  <div class="bar" aria-hidden="true">
                    <div style={{ width: `${Math.min(100, share)}%` }} />
                  </div>
                  <p class="small muted number">
                    {share}% sold of {count(supply)} {UNITS[resource]}
                  </p>
                </>
              )}
            </section>
          );
        })}
      </div>
    </section>
  );
}

function Waiting({ economy }: { readonly economy: WatchedEconomy }) {
  const { open_prompt: open, prompts, credits: sums, human_time: time } = economy;
  return (
    <section class="part" aria-labelledby="waiting-title">
      <h2 id="waiting-title">Waiting</h2>
      <p>
        {open === null ? (
          'No prompt waits for your marks.'
        ) : (
          <>
            <a href={href('inbox')}>{open.id}</a> of {open.agent_id} waits for your marks.
          </>
        )}
      </p>
      {prompts.queued > 0 && <Deck />}
      <p class="number">You have given {humanTimeText(time)}.</p>
      <p class="number">{credits(sums.pending)} credits are in bids that wait.</p>
    </section>
  );
}

function Credits({ economy: { credits: sums } }: { readonly economy: WatchedEconomy }) {
  const rows = [
    ['issued by marks and grants', sums.issued],
    ['held by agents', sums.held],
    ['paid to the market', sums.market],
    ['fees', sums.fees],
    ['burnt', sums.burned],
  ] as const;
  return (
    <section class="part" aria-labelledby="credits-title">
      <h2 id="credits-title">Credits</h2>
      <table class="rows">
        <tbody>
          {rows.map(([name, amount]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="right">{credits(amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Events({ events }: Pick<WatchedEconomy, 'events'>) {
  return (
    <section class="part" aria-labelledby="events-title">
      <h2 id="events-title">What has happened</h2>
      {events.length === 0 ? (
        <p class="muted">Nothing yet, since this run began.</p>
      ) : (
        <ol class="events small" reversed>
          {events.map(({ at, text }, index) => (
            <li key={`${at} ${index}`}>
              <time class="muted number" dateTime={at}>
                {second(at)}
              </time>
              <Said text={text} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
