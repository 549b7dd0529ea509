import { useRef, useState } from 'preact/hooks';
import type { WholeRequest } from '../../../operator/views/request-list.ts';
import { post } from '../api.ts';
import { announce } from '../shell/announcer.tsx';

/** Publishes a wish. */
export function AskForm({ onAsked }: { readonly onAsked: () => void }) {
  const [text, setText] = useState('');
  const [until, setUntil] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<{ readonly said: string; readonly isBad: boolean }>();
  const ask = async () => {
    try {
      const files = await Promise.all([...(picker.current?.files ?? [])].map(sent));
      const { id } = await post<WholeRequest>('/api/requests', { text, until, files });
      if (picker.current) picker.current.value = '';
      setText('');
      setUntil('');
      tell(`${id} is open: agents read it when they start next.`, false);
      onAsked();
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error), true);
    }
  };
  const tell = (said: string, isBad: boolean) => {
    setOutcome({ said, isBad });
    announce(said);
  };
  return (
    <form
      class="form sheet"
      aria-labelledby="ask-title"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <h2 id="ask-title">Ask for something</h2>
      <label>
        What you wish for; every agent reads it
        <textarea rows={4} required value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <label>
        Open until: 2h, 3d, or 2030-12-31T18:00Z; empty: until you close it
        <input type="text" value={until} onInput={({ currentTarget }) => setUntil(currentTarget.value)} />
      </label>
      <label>
        Files that agents may read
        <input type="file" multiple ref={picker} />
      </label>
      <div>
        <button type="submit" class="main" disabled={text.trim() === ''}>
          Ask
        </button>
      </div>
      {outcome && <p class={outcome.isBad ? 'warn' : 'muted'}>{outcome.said}</p>}
    </form>
  );
}

/** A file as the server takes it. */
async function sent(file: File): Promise<{ readonly name: string; readonly base64: string }> {
  const address = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '');
    reader.onerror = () => reject(new Error(`${file.name} can't be read`));
    reader.readAsDataURL(file);
  });
  // Of an empty one some browsers say nothing but `data:`.
  const comma = address.indexOf(',');
  return { name: file.name, base64: comma < 0 ? '' : address.slice(comma + 1) };
}
