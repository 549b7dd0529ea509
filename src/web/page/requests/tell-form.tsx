import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { announce } from '../shell/announcer.tsx';
import { counted } from '../shell/figures.ts';

interface Told {
  readonly told: readonly { readonly agent_id: string }[];
  readonly full: readonly string[];
}

/** The operator's word to one agent or to all. */
export function TellForm() {
  const [isToAll, setToAll] = useState(false);
  const [agent, setAgent] = useState('');
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<{ readonly said: string; readonly isBad: boolean }>();
  const tell = async () => {
    try {
      const { told, full } = await post<Told>('/api/tell', { agent: isToAll ? null : agent.trim(), text });
      setText('');
      const rest = full.length > 0 ? ` ${counted(full.length, 'agent')} had no room for it.` : '';
      say(`Told ${isToAll ? counted(told.length, 'agent') : agent.trim()}.${rest}`, false);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), true);
    }
  };
  const say = (said: string, isBad: boolean) => {
    setOutcome({ said, isBad });
    announce(said);
  };
  return (
    <form
      class="form sheet"
      aria-labelledby="tell-title"
      onSubmit={(event) => {
        event.preventDefault();
        void tell();
      }}
    >
      <h2 id="tell-title">Tell agents something</h2>
      <fieldset class="choice">
        <legend class="unseen">Whom</legend>
        <label>
          <input type="radio" name="whom" checked={!isToAll} onChange={() => setToAll(false)} /> one agent
        </label>
        <label>
          <input type="radio" name="whom" checked={isToAll} onChange={() => setToAll(true)} /> all that live
        </label>
      </fieldset>
      {!isToAll && (
        <label>
          Its id
          <input
            {...{ type: 'text', autocomplete: 'off', spellcheck: false, required: true, value: agent }}
            onInput={({ currentTarget }) => setAgent(currentTarget.value)}
          />
        </label>
      )}
      <label>
        What you say; it is read when they run next
        <textarea rows={3} required value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <div>
        <button type="submit" class="main" disabled={text.trim() === '' || (!isToAll && agent.trim() === '')}>
          Tell
        </button>
      </div>
      {outcome && <p class={outcome.isBad ? 'warn' : 'muted'}>{outcome.said}</p>}
    </form>
  );
}
