import { describe } from 'vitest';
import { itAdopts } from './sandbox/adoption.ts';
import { itConfines } from './sandbox/envelope.ts';
import { itHoldsContent, itMountsContent } from './sandbox/content.ts';
import { itConnects } from './sandbox/connections.ts';
import { itHasALifeCycle } from './sandbox/life-cycle.ts';
import { itKeepsLimits } from './sandbox/limits.ts';
import { itRunsAgents } from './sandbox/agents.ts';
import { itStandsABrokenStream } from './sandbox/broken-stream.ts';
import { itTakesSnapshots } from './sandbox/snapshots.ts';
import type { SandboxUnderTest } from './sandbox/sandbox-at-work.ts';

/**
 * What every `Sandbox` keeps to. Whoever writes an engine of their own writes what opens it (`SandboxUnderTest`), and
 * runs all of this with it; where agents aren't real only the life cycle is left of it.
 */
export function itKeepsToSandbox(name: string, engine: SandboxUnderTest): void {
  describe(name, () => {
    const groups = engine.has.agents ? REAL : SIMULATED;
    for (const [group, define] of Object.entries(groups)) describe(group, () => define(engine));
  });
}

const SIMULATED = { 'life cycle': itHasALifeCycle, content: itHoldsContent };
const REAL = {
  ...SIMULATED,
  agents: itRunsAgents,
  'content that agents see': itMountsContent,
  limits: itKeepsLimits,
  envelope: itConfines,
  connections: itConnects,
  snapshots: itTakesSnapshots,
  adoption: itAdopts,
  'broken stream': itStandsABrokenStream,
};
