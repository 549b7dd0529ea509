import { afterAll } from 'vitest';
import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';
import { startSshHost } from '../helpers/ssh-host.ts';

const host = await startSshHost();
afterAll(() => host.close());

itKeepsToSandbox(
  'Docker behind ssh, with shipped workspaces',
  dockerUnderTest({
    way: (path) => Promise.resolve({ address: `${host.address}${path}`, environment: host.environment }),
    has: { carried: true, tmpFileLimit: true, streamAgain: true },
    always: { workspace_placement: 'shipped' },
  }),
);
