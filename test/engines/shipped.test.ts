import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';

itKeepsToSandbox(
  'Docker with shipped workspaces',
  dockerUnderTest({
    has: { carried: true, tmpFileLimit: true, streamAgain: true },
    always: { workspace_placement: 'shipped' },
  }),
);
