import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';
import { startTlsHost } from '../helpers/tls-host.ts';

itKeepsToSandbox(
  'Docker by TLS, with shipped workspaces',
  dockerUnderTest({
    way: startTlsHost,
    has: { carried: true, tmpFileLimit: true, streamAgain: true },
    always: { workspace_placement: 'shipped' },
  }),
);
