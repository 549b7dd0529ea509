import { useEffect, useState } from 'preact/hooks';

interface Word {
  readonly number: number;
  readonly text: string;
}

/** A word stays for a while: one that comes right after it takes it from nobody's ear. */
const KEPT = 4;

let tell: (text: string) => void = () => undefined;

/** Says something to who listens instead of looking. */
export function announce(text: string): void {
  tell(text);
}

/** The one place from which a screen reader hears what happens by itself. */
export function Announcer() {
  const [words, setWords] = useState<readonly Word[]>([]);
  useEffect(() => {
    tell = (text) => setWords((said) => [...said, { number: (said.at(-1)?.number ?? 0) + 1, text }].slice(-KEPT));
    return () => {
      tell = () => undefined;
    };
  }, []);
  return (
    <div class="unseen" aria-live="polite" aria-relevant="additions" role="status" data-announcer>
      {words.map(({ number, text }) => (
        <p key={number}>{text}</p>
      ))}
    </div>
  );
}
