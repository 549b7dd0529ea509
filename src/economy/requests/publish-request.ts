import { makeControlsVisible } from '../../domain/control-characters.ts';
import { checkRequest, type OperatorRequest, type RequestDraft } from '../../domain/operator-request.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Publishes a wish of the operator, for every agent to read. It is free. `place` puts its files where agents find them,
 * and is called before the commit: if the commit fails, files without a request are put away later. The other way
 * round, agents could read a request without its files.
 * Refuses: what `checkRequest` refuses, `too_many_requests_open`.
 */
export function publishRequest(
  deps: Economy,
  draft: RequestDraft,
  place: (requestId: number) => void = () => undefined,
): Result<OperatorRequest> {
  const { [STORE]: store, clock, config } = deps;
  return store.transaction(() => {
    const { text, until, files } = cleaned(draft);
    const refusal = refusalOf(deps, draft);
    if (refusal) return refusal;
    const publishedAt = clock.now();
    store.requests.closeLapsed(publishedAt);
    const openMax = config.requests.open_max;
    if (store.requests.countOpen(publishedAt) >= openMax)
      return refuse('too_many_requests_open', `${openMax} requests are open; bp-agents request close ends one`, {
        limit: openMax,
      });
    const id = store.requests.insert({ text, until, publishedAt, files: files.map(({ name }) => name) });
    place(id);
    return accept({
      ...{ id, text, until, publishedAt, files: files.map(({ name }) => name) },
      ...{ closedAt: null, answeredBy: null, purgedAt: null },
    });
  });
}

/** What `publishRequest` would refuse of the draft alone: to be asked before its files are copied. */
export function refusalOf({ clock, config }: Economy, draft: RequestDraft): Refusal | undefined {
  return checkRequest(cleaned(draft), config.requests, clock.now());
}

/** The text may have been pasted from anywhere, and agents and humans read it. */
function cleaned(draft: RequestDraft): RequestDraft {
  const { text } = draft;
  return typeof text === 'string' ? { ...draft, text: cleanText(text) } : draft;
}

/** What the operator wrote, as agents get it. */
export function cleanText(text: string): string {
  return makeControlsVisible(text.replaceAll(/\r\n?/g, '\n'));
}
