import { VIEWS } from '../views.ts';
import { useLive } from './live.ts';
import { href } from './router.ts';

export function Navigation({ current }: { readonly current: string }) {
  const { economy } = useLive();
  const waiting = (economy?.prompts.open ?? 0) + (economy?.prompts.queued ?? 0);
  return (
    <nav class="nav" aria-label="Views">
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
