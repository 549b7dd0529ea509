import { describe, it } from 'vitest';
import { itKeepsToSandbox } from '../contract/sandbox.ts';
import { dockerUnderTest } from '../helpers/docker-under-test.ts';
import { skipped } from '../helpers/needs.ts';

/** Rootless engines whose containers have no control groups, and what says where each answers. */
const ENGINES = [
  { name: 'rootless Docker', variable: 'BP_ROOTLESS_HOST', has: { tmpFileLimit: true, streamAgain: true } },
  { name: 'rootless Podman', variable: 'BP_ROOTLESS_PODMAN_HOST', has: { tmpFileLimit: false, streamAgain: false } },
];
const named = ENGINES.flatMap((engine) => {
  const dockerHost = process.env[engine.variable];
  return dockerHost === undefined ? [] : [{ ...engine, dockerHost }];
});

if (named.length === 0)
  describe('rootless engines', () => {
    const variables = ENGINES.map(({ variable }) => variable).join(' and ');
    it('keep to the sandbox', (context) => skipped(context, `${variables} name none`));
  });
for (const { name, dockerHost, has } of named)
  itKeepsToSandbox(
    `${name} without control groups`,
    dockerUnderTest({
      dockerHost,
      has: { ...has, carried: true, unheld: ['memory', 'cpu'] },
      always: { workspace_placement: 'shipped', accept_unheld: ['memory', 'cpu'] },
    }),
  );
