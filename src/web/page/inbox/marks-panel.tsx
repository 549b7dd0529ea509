import { useRef } from 'preact/hooks';
import { MARKS, type Mark } from '../../../domain/attention.ts';
import { credits } from '../shell/figures.ts';
import { useKeys } from '../shell/keys.ts';
import { nextMark, scoresOf, worth } from './draft.ts';
import { markKeys } from './mark-keys.ts';
import { MarkRow } from './mark-row.tsx';
import type { ShownPrompt } from './shown-prompt.ts';
import { useAnswering } from './use-answering.ts';
import { useDraft } from './use-draft.ts';

/** Three marks, a reason, and off it goes: by keys alone, or by hand. */
export function MarksPanel({ prompt }: { readonly prompt: ShownPrompt }) {
  const { id, agent_id: agentId, rates, mark_max: markMax, reason_chars_max: reasonMax } = prompt;
  const answering = useAnswering();
  const edited = useDraft(id);
  const panel = useRef<HTMLFormElement>(null);
  const { draft, setMark, setReason } = edited;
  const scores = scoresOf(draft);
  const next = nextMark(draft);
  const send = () => {
    if (scores) answering.hold({ promptId: id, agentId, scores, reason: draft.reason, worth: worth(draft, rates) });
  };
  const skip = () => answering.hold({ promptId: id, agentId, scores: null, reason: '', worth: 0 });
  useKeys((event) => markKeys({ ...edited, panel: panel.current, markMax, send, skip })(event));
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
          onMark={(value) => setMark(mark, value)}
        />
      ))}
      <label>
        <span class="small muted">Reason, which the agent reads</span>
        <textarea
          {...{ rows: 2, maxLength: reasonMax, value: draft.reason }}
          onInput={({ currentTarget: { value } }) => setReason(value)}
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
      <KeysHint next={next} />
    </form>
  );
}

function KeysHint({ next }: { readonly next: Mark | undefined }) {
  return (
    <p class="by-keys small muted">
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
  );
}
