import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';

const isRoot = process.getuid!() === 0;
const heldQuota = process.platform === 'linux' && isRoot;

itKeepsToSandbox(
  `Docker as ${isRoot ? 'root' : 'this user'}`,
  dockerUnderTest({ has: { heldQuota, tmpFileLimit: true, streamAgain: true } }),
);
