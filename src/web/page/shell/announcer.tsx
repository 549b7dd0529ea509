import { useEffect, useState } from 'preact/hooks';

let tell: (text: string) => void = () => undefined;

/** Says something to who listens instead of looking. The next word takes its place. */
export function announce(text: string): void {
  tell(text);
}

/** The one place from which a screen reader hears what happens by itself. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    tell = setText;
    return () => {
      tell = () => undefined;
    };
  }, []);
  return (
    <div class="unseen" aria-live="polite" role="status" data-announcer>
      {text}
    </div>
  );
}
