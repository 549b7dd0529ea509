import { describe, expect, it } from 'vitest';
import { onceAnswered } from '../../src/orchestrator/engine-patience.ts';
import { BpError } from '../../src/platform/errors.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Asks with time passing by itself; how often it asked, and what came of it. */
async function asked(
  answers: (asking: number) => unknown,
): Promise<{ readonly times: number; readonly came: unknown }> {
  const clock = new SimulatedClock();
  let times = 0;
  let came: unknown;
  const done = onceAnswered({ clock, logger }, 'exe_1', () => {
    const answer = answers(++times);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }).then(
    (answer) => (came = answer),
    (error: unknown) => (came = error),
  );
  for (let step = 0; step < 1000 && came === undefined; step++) {
    await new Promise(setImmediate);
    clock.advance();
  }
  await done;
  return { times, came };
}

describe('an engine that is asked about what may run', () => {
  it.each(['sandbox_engine_unreachable', 'sandbox_engine_permission'] as const)(
    'is waited for while it is %s',
    async (code) => {
      const silent = new BpError(code, 'nothing answers');
      expect(await asked((asking) => (asking < 100 ? silent : 'found'))).toEqual({ times: 100, came: 'found' });
    },
  );

  it('is not asked for ever where it answers with an error each time', async () => {
    const error = new BpError('sandbox_engine', 'the Docker engine could not attach');
    expect(await asked(() => error)).toEqual({ times: 10, came: error });
  });

  it('is not asked again about what is not its own', async () => {
    for (const error of [new BpError('sandbox_workspace', 'a directory'), new Error('broken')])
      expect(await asked(() => error)).toEqual({ times: 1, came: error });
  });
});
