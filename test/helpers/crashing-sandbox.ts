import { systemClock } from '../../src/platform/system-clock.ts';
import { liveUntilKilled } from '../contract/sandbox/killed-life.ts';
import { dockerSandbox, reachEngine } from './docker-sandbox.ts';

// A program of its own with a Docker sandbox, which is there to be killed.
const nothing = () => undefined;
await liveUntilKilled(async ({ home, settings }) => {
  const clock = systemClock();
  return dockerSandbox({
    ...{ connection: await reachEngine(clock), home, settings, clock },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
});
