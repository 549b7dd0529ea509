import { useEffect, useRef } from 'preact/hooks';
import { VIEWS } from '../views.ts';
import { useLive } from './live.ts';
import { href } from './router.ts';

export function Navigation({ current }: { readonly current: string }) {
  const { economy } = useLive();
  const nav = useRef<HTMLElement>(null);
  // On a phone there are more than fit beside each other, and one that is turned shows others.
  useEffect(() => {
    const show = () =>
      nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    show();
    window.addEventListener('resize', show);
    return () => window.removeEventListener('resize', show);
  }, [current]);
  const waiting = (economy?.prompts.open ?? 0) + (economy?.prompts.queued ?? 0);
  return (
    <nav class="nav" ref={nav} aria-label="Views">
      <ul>
        {VIEWS.map(({ name, title, key }) => (
          <li key={name}>
            <a href={href(name)} aria-current={name === current ? 'page' : undefined} aria-keyshortcuts={`g ${key}`}>
              {title}
              {name === 'inbox' && waiting > 0 && (
                <span class="count">
                  {waiting}
                  <span class="unseen"> waiting</span>
                </span>
              )}
              <kbd aria-hidden="true">g {key}</kbd>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
