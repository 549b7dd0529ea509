import { MARKS, type Mark } from '../../../domain/attention.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { credits } from '../shell/figures.ts';
import { isPressable, isTyping, useKeys } from '../shell/keys.ts';
import { nextMark, NO_DRAFT, scoresOf, worth, type Draft } from './draft.ts';
import { keepDraft, readDraft } from './drafts.ts';
import { MarkRow } from './mark-row.tsx';
import type { ShownPrompt } from './shown-prompt.ts';
import { useAnswering } from './use-answering.ts';

/** Three marks, a reason, and off it goes: by keys alone, or by hand. */
export function MarksPanel({ prompt }: { readonly prompt: ShownPrompt }) {
  const { id, agent_id: agentId, rates, mark_max: markMax, reason_chars_max: reasonMax } = prompt;
  const answering = useAnswering();
  const [draft, setDraft] = useState<Draft>(() => readDraft(id));
  const panel = useRef<HTMLFormElement>(null);
  const reason = useRef<HTMLTextAreaElement>(null);
  useEffect(() => keepDraft(id, draft === NO_DRAFT ? undefined : draft), [id, draft]);

  const set = (mark: Mark, value: number | undefined) =>
    setDraft(({ marks: { [mark]: _old, ...marks }, ...rest }) => ({
      ...rest,
      marks: value === undefined ? marks : { ...marks, [mark]: value },
    }));
  const sliderOf = (mark: Mark | undefined) => panel.current?.querySelector<HTMLElement>(`[name="${mark ?? ''}"]`);
  const focused = () => MARKS.find((mark) => sliderOf(mark) === document.activeElement);
  /** Where focus is among the marks, it goes on with them. */
  const give = (value: number) => {
    const at = focused();
    const mark = at ?? nextMark(draft);
    if (mark === undefined) return;
    set(mark, value);
    if (at !== undefined) (sliderOf(MARKS[MARKS.indexOf(at) + 1]) ?? sendButton(panel.current))?.focus();
  };
  const scores = scoresOf(draft);
  const send = () => {
    if (scores) answering.hold({ promptId: id, agentId, scores, reason: draft.reason, worth: worth(draft, rates) });
  };
  const skip = () => answering.hold({ promptId: id, agentId, scores: null, reason: '', worth: 0 });

  useKeys((event) => {
    if (isTyping(event)) {
      if (event.target !== reason.current) return false;
      if (event.key === 'Escape') reason.current?.blur();
      else if (event.key === 'Enter' && !event.shiftKey && scores) send();
      else return false;
      return true;
    }
    const { key } = event;
    if (/^\d$/u.test(key)) give(Number(key));
    else if (key === 'x') give(markMax);
    else if (key === 'Backspace') set(focused() ?? lastGiven(draft) ?? 'interesting', undefined);
    else if (key === 'ArrowDown' || key === 'ArrowUp') return step(key === 'ArrowDown' ? 1 : -1, focused(), sliderOf);
    else if (key === 'r') reason.current?.focus();
    else if (key === 's' && !event.repeat) skip();
    else if (key === 'Enter' && !event.repeat && scores && !isPressable(event)) send();
    else return false;
    return true;
  });

  const next = nextMark(draft);
  return (
    <form
      class="answer sheet"
      ref={panel}
      aria-label={`Your marks for ${id}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {MARKS.map((mark) => (
        <MarkRow
          key={mark}
          {...{ mark, markMax }}
          value={draft.marks[mark]}
          isNext={mark === next}
          onMark={(value) => set(mark, value)}
        />
      ))}
      <label>
        <span class="small muted">Reason, which the agent reads</span>
        <textarea
          ref={reason}
          rows={2}
          maxLength={reasonMax}
          value={draft.reason}
          onInput={({ currentTarget: { value } }) => setDraft((it) => ({ ...it, reason: value }))}
        />
      </label>
      <div class="answer-row">
        <span class="worth number">
          <strong>{credits(worth(draft, rates))}</strong> <span class="muted">credits</span>
        </span>
        <button type="button" onClick={skip}>
          Skip
        </button>
        <button type="submit" class="main" disabled={scores === undefined}>
          Send
        </button>
      </div>
      <p class="small muted">
        {next === undefined ? (
          <>
            <kbd>Enter</kbd> sends, <kbd>r</kbd> a reason, <kbd>⌫</kbd> back
          </>
        ) : (
          <>
            <kbd>0</kbd> to <kbd>9</kbd>, <kbd>x</kbd> for 10: {next}
          </>
        )}
      </p>
    </form>
  );
}

function lastGiven({ marks }: Draft): Mark | undefined {
  return MARKS.findLast((mark) => marks[mark] !== undefined);
}

function step(
  by: 1 | -1,
  from: Mark | undefined,
  sliderOf: (mark: Mark | undefined) => HTMLElement | null | undefined,
): boolean {
  if (from === undefined) return false;
  const slider = sliderOf(MARKS[MARKS.indexOf(from) + by]);
  slider?.focus();
  return true;
}

function sendButton(panel: HTMLElement | null): HTMLElement | null {
  return panel?.querySelector<HTMLElement>('button.main') ?? null;
}
