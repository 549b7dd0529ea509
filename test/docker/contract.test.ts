import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';

const isRoot = process.getuid!() === 0;

itKeepsToSandbox(
  `Docker as ${isRoot ? 'root' : 'a member of its group'}`,
  dockerUnderTest({ has: { heldQuota: process.platform === 'linux' && isRoot, tmpFileLimit: true } }),
);
