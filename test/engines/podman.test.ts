import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';

/** Where `set-up podman` starts it; `npm run test:engines` does. */
const PODMAN_HOST = 'unix:///run/bp-agents-podman/podman.sock';
const heldQuota = process.platform === 'linux' && process.getuid!() === 0;

itKeepsToSandbox(
  "Podman's socket",
  dockerUnderTest({ dockerHost: PODMAN_HOST, has: { heldQuota, tmpFileLimit: false, streamAgain: false } }),
);
