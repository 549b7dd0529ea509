import { PODMAN_HOST } from '../../runtime/setup/podman.mjs';
import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';

const heldQuota = process.platform === 'linux' && process.getuid!() === 0;

itKeepsToSandbox(
  "Podman's socket",
  dockerUnderTest({ dockerHost: PODMAN_HOST, has: { heldQuota, tmpFileLimit: false } }),
);
