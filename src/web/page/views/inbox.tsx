import { useEffect, useRef } from 'preact/hooks';
import { get } from '../api.ts';
import { AuthorRecord } from '../inbox/author-record.tsx';
import { Deck } from '../inbox/deck.tsx';
import { HeldPanel } from '../inbox/held-answer.tsx';
import { History } from '../inbox/history.tsx';
import { MarksPanel } from '../inbox/marks-panel.tsx';
import { PromptLetter } from '../inbox/prompt-letter.tsx';
import { endingOf, type ShownPrompt } from '../inbox/shown-prompt.ts';
import { said } from '../parts/said.tsx';
import { ToldPanel } from '../inbox/told-answer.tsx';
import { humanTimeText } from '../../../domain/minutes-text.ts';
import { useAttention } from '../inbox/use-attention.ts';
import { useAnswering } from '../inbox/use-answering.ts';
import { counted, credits, span } from '../shell/figures.ts';
import { isTyping, useKeys } from '../shell/keys.ts';
import { useLive, type Live } from '../shell/live.ts';
import { href, type Place } from '../shell/router.ts';
import { useData } from '../shell/use-data.ts';
import { useSeconds } from '../shell/use-seconds.ts';

/** The open prompt, to be read and marked; or the one that the address names. */
export function InboxView({ place }: { readonly place: Place }) {
  const live = useLive();
  const openId = live.economy?.open_prompt?.id ?? null;
  const [named] = place.rest;
  useOutsideAnswers(openId);
  useScrollKeys();
  return (
    <div class="view">
      <div class="view-head">
        <h1 tabIndex={-1}>{named ?? 'Inbox'}</h1>
        {named === undefined ? <Expiry live={live} /> : <a href={href('inbox')}>all of the inbox</a>}
      </div>
      {named === undefined ? <Open openId={openId} live={live} /> : <Prompt id={named} openId={openId} />}
      {named === undefined && <History />}
    </div>
  );
}

function Open({ openId, live }: { readonly openId: string | null; readonly live: Live }) {
  const { told } = useAnswering();
  if (openId !== null) return <Prompt key={openId} id={openId} openId={openId} />;
  if (!live.economy) return null;
  return (
    <div class="prompt">
      <Nothing live={live} />
      <div class="prompt-side">
        {told && <ToldPanel told={told} />}
        <Deck />
      </div>
    </div>
  );
}

function Prompt({ id, openId }: { readonly id: string; readonly openId: string | null }) {
  const { held, told } = useAnswering();
  const isOpen = id === openId;
  const { data: prompt, problem } = useData<ShownPrompt>(`/api/prompts/${encodeURIComponent(id)}`, isOpen);
  useAttention(isOpen && prompt?.id === id ? id : null);
  if (problem !== undefined) return <p class="notice bad">{problem}</p>;
  if (!prompt) return <p class="muted">…</p>;
  return (
    <div class="prompt">
      <PromptLetter prompt={prompt} />
      <div class="prompt-side">
        {told && <ToldPanel told={told} />}
        {held?.promptId === id ? <HeldPanel held={held} /> : isOpen && <MarksPanel key={id} prompt={prompt} />}
        {!isOpen && <Ending prompt={prompt} />}
        <AuthorRecord prompt={prompt} />
        <Deck />
      </div>
    </div>
  );
}

/** The marks of one that is over. */
function Ending({ prompt }: { readonly prompt: ShownPrompt }) {
  const { scores, reward, refund, reason, attention_seconds: seconds } = prompt;
  return (
    <section class="done sheet" aria-label="How it ended">
      {scores && <p class="gain">{Object.values(scores).join(' · ')}</p>}
      <p>{endingOf(prompt)}</p>
      {reward > 0 && <p class="number">+{credits(reward)} credits</p>}
      {refund > 0 && <p class="number">{credits(refund)} credits went back</p>}
      {seconds !== null && <p class="muted small">It took {span(seconds * 1000)} of your time</p>}
      {reason !== null && <p class="muted">“{said(reason, 2000)}”</p>}
    </section>
  );
}

function Nothing({ live: { economy } }: { readonly live: Live }) {
  if (!economy) return null;
  const { agents, human_away: isAway, state } = economy;
  return (
    <section class="empty sheet" aria-labelledby="nothing-title">
      <h2 id="nothing-title">Nothing waits for your marks</h2>
      {agents.alive === 0 ? (
        <p>
          No agent lives here. <code>bp-agents bootstrap</code> makes genesis, which shows you a letter first.
        </p>
      ) : (
        <p>
          {counted(agents.alive, 'agent')} {agents.alive === 1 ? 'lives' : 'live'} here. The next letter shows up by
          itself
          {isAway ? ' once you are back' : state === 'running' ? '' : `; the market is ${state}`}.
        </p>
      )}
    </section>
  );
}

/** Until when the open prompt can be marked. */
function Expiry({ live: { economy, at } }: { readonly live: Live }) {
  const sinceMs = useSeconds(at);
  const open = economy?.open_prompt;
  if (!economy) return null;
  if (!open) return <p class="muted small number">{humanTimeText(economy.human_time)}</p>;
  return (
    <p class="muted small number">
      {open.id} expires in {span(open.expires_in_ms - sinceMs)} · {humanTimeText(economy.human_time)}
    </p>
  );
}

/** A prompt that was open and was not answered from here: how it ended is told. */
function useOutsideAnswers(openId: string | null): void {
  const answering = useAnswering();
  const last = useRef(openId);
  useEffect(() => {
    const before = last.current;
    last.current = openId;
    if (before === null || before === openId || answering.isSent(before)) return;
    void get<ShownPrompt>(`/api/prompts/${encodeURIComponent(before)}`).then(
      (prompt) => {
        if (prompt.status !== 'open') answering.endedElsewhere(before, endedSaid(prompt));
      },
      // Whether it ended is then seen by what is open.
      () => undefined,
    );
  }, [openId]);
}

function endedSaid(prompt: ShownPrompt): string {
  const { id, scores, status, reward, agent_id: agentId, reason } = prompt;
  if (status === 'expired') return `${id} ${endingOf(prompt)}`;
  const marks = scores ? `: ${Object.values(scores).join(' · ')}, +${credits(reward)} to ${agentId}` : '';
  return `${id} was ${endingOf(prompt)}${marks}${reason === null ? '' : ` (${reason})`}`;
}

const LINES = 3;

function useScrollKeys(): void {
  useKeys((event) => {
    if (isTyping(event) || (event.key !== 'j' && event.key !== 'k')) return false;
    const lineHeight = parseFloat(getComputedStyle(document.body).lineHeight) || 24;
    scrollBy({ top: (event.key === 'j' ? 1 : -1) * LINES * lineHeight, behavior: 'instant' });
    return true;
  });
}
