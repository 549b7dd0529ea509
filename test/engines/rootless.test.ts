import { describe, it } from 'vitest';
import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';
import { skipped } from '../helpers/needs.ts';

/** Where a rootless engine answers whose containers have no control groups. */
const dockerHost = process.env['BP_ROOTLESS_HOST'];

if (dockerHost === undefined)
  describe('rootless Docker', () => {
    it('keeps to the sandbox', (context) => skipped(context, 'BP_ROOTLESS_HOST names no engine'));
  });
else
  itKeepsToSandbox(
    'rootless Docker without control groups',
    dockerUnderTest({
      dockerHost,
      has: { carried: true, tmpFileLimit: true, streamAgain: true, unheld: ['memory', 'cpu'] },
      always: { workspace_placement: 'shipped', accept_unheld: ['memory', 'cpu'] },
    }),
  );
