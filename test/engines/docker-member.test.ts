import { afterAll } from 'vitest';
import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { becomeDockerMember } from '../helpers/docker-member.ts';
import { compileKilledProgram, dockerUnderTest } from '../helpers/docker-under-test.ts';

await compileKilledProgram();
const member = becomeDockerMember();
afterAll(() => member.close());

itKeepsToSandbox(
  'Docker as a member of its group',
  dockerUnderTest({ has: { heldQuota: false, tmpFileLimit: true, streamAgain: true } }),
);
