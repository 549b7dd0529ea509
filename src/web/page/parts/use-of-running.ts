import { useEffect, useState } from 'preact/hooks';
import type { RunningUse } from '../../../operator/running-uses.ts';
import { get } from '../api.ts';

/** Often enough to see it move; each time costs the run a request. */
const STEP_MS = 2000;

/** What runs has used so far, by execution: asked for now and then while something runs and the tab is looked at. */
export function useOfRunning(isAnything: boolean): ReadonlyMap<string, RunningUse> {
  const [uses, setUses] = useState<ReadonlyMap<string, RunningUse>>(new Map());
  useEffect(() => {
    if (!isAnything) return undefined;
    const abort = new AbortController();
    let isAsking = false;
    const ask = async () => {
      if (isAsking || document.hidden) return;
      isAsking = true;
      try {
        const told = await get<readonly RunningUse[]>('/api/now/use', abort.signal);
        if (!abort.signal.aborted) setUses(new Map(told.map((use) => [use.id, use])));
      } catch {
        // That the program is away is told elsewhere.
      } finally {
        isAsking = false;
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), STEP_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [isAnything]);
  return uses;
}
