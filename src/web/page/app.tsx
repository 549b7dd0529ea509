import { useEffect, useRef, useState } from 'preact/hooks';
import { Announcer, announce } from './shell/announcer.tsx';
import { Header } from './shell/header.tsx';
import { Help } from './shell/help.tsx';
import { isTyping, useKeys } from './shell/keys.ts';
import { LiveContext, useLiveStream, type Live } from './shell/live.ts';
import { Navigation } from './shell/navigation.tsx';
import { Notices } from './shell/notices.tsx';
import { go, usePlace, type Place } from './shell/router.ts';
import { useWelcome } from './shell/welcome.ts';
import { viewOf, VIEWS } from './views.ts';

/** The page: what all views stand in. */
export function App() {
  const live = useLiveStream();
  const place = usePlace();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const view = viewOf(place.view);
  const isLetIn = live.connection !== 'refused';
  useViewKeys(() => setHelpOpen(true));
  useWelcome(live.economy?.human_away === true);
  useFocusOnChange(place);
  useNews(live, view.title);
  return (
    <LiveContext.Provider value={live}>
      <div class="shell">
        <a class="skip" href="#main" onClick={skipToMain}>
          Skip to what this view shows
        </a>
        <Header onHelp={() => setHelpOpen(true)} />
        <Notices />
        <Navigation current={view.name} />
        <main class="content" id="main" tabIndex={-1}>
          {isLetIn && <view.Page key={view.name} place={place} />}
        </main>
        <Announcer />
        {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
      </div>
    </LiveContext.Provider>
  );
}

const PREFIX_MS = 1500;

/** `?` for help, `g` and a letter for a view. */
function useViewKeys(openHelp: () => void): void {
  const prefixAt = useRef(-Infinity);
  const take = (event: KeyboardEvent) => {
    if (isTyping(event)) return false;
    const isPrefixed = event.timeStamp - prefixAt.current < PREFIX_MS;
    prefixAt.current = -Infinity;
    if (isPrefixed) {
      const view = VIEWS.find(({ key }) => key === event.key);
      if (view) go(view.name);
      return view !== undefined;
    }
    if (event.key === 'g') prefixAt.current = event.timeStamp;
    else if (event.key === '?') openHelp();
    else return false;
    return true;
  };
  useKeys(take, { isFirst: true });
}

/** A screen reader begins a new view at its heading, not where the last one ended. */
function useFocusOnChange({ view, rest }: Place): void {
  const where = [view, ...rest].join('/');
  const last = useRef(where);
  useEffect(() => {
    if (last.current === where) return;
    last.current = where;
    scrollTo({ top: 0, behavior: 'instant' });
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [where]);
}

/** What comes by itself is told in the title and to a screen reader. */
function useNews({ economy }: Live, title: string): void {
  const open = economy?.open_prompt ?? null;
  const waiting = (economy?.prompts.open ?? 0) + (economy?.prompts.queued ?? 0);
  const last = useRef<string | null>(null);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · bp-agents`;
  }, [waiting, title]);
  useEffect(() => {
    if (open && open.id !== last.current) announce(`${open.agent_id} shows you something: ${open.id} waits for marks.`);
    last.current = open?.id ?? null;
  }, [open?.id]);
}

/** The address is where one is in the page, so it can't be where one skips to. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
