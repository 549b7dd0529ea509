import { homedir } from 'node:os';
import { systemClock } from '../../src/platform/system-clock.ts';
import { connectEngine, findEngine } from '../../src/sandbox/docker/client/engine-address.ts';
import { liveUntilKilled } from '../contract/sandbox/killed-life.ts';
import { dockerSandbox } from './docker-sandbox.ts';

// A program of its own with a Docker sandbox, which is there to be killed.
const nothing = () => undefined;
await liveUntilKilled(async ({ home, settings }) => {
  const address = await findEngine({ environment: process.env, homeDirectory: homedir() });
  return dockerSandbox({
    ...{ docker: connectEngine(address), address, home, settings },
    clock: systemClock(),
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
});
