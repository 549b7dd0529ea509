import { Dice } from '../../src/simulation/dice.ts';
import { Faults } from '../../src/simulation/faults.ts';
import { Fuse } from '../../src/simulation/fuse.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { SimulatedEngine, type Container } from '../../src/simulation/simulated-engine.ts';
import { simulatedSandbox } from '../../src/simulation/simulated-sandbox.ts';
import { NEVER } from '../helpers/docker-sandbox.ts';
import { itKeepsToSandbox } from './sandbox.ts';
import type { Deed, SandboxAtWork } from './sandbox/sandbox-at-work.ts';

const EXIT = { cause: 'exited', exitCode: 3 } as const;
const REQUESTS_ASKED = 3;

/** What its agent does goes by its handshake. Time passes by itself. */
function open(): Promise<SandboxAtWork> {
  const clock = new SimulatedClock();
  const dice = new Dice('contract');
  const faults = new Faults(dice);
  faults.stop();
  const engine: SimulatedEngine = new SimulatedEngine(dice, {
    mayGo: () => true,
    onGo: (container) => {
      if (deedOf(container) === 'exits') clock.after(1, () => engine.end(container, EXIT));
    },
    // What a broken orchestrator would ask for is asked for here.
    onFinding: () => undefined,
  });
  const passing = setInterval(() => clock.advance(), 1);
  const live = () => {
    const fuse = new Fuse(faults, () => undefined);
    return { fuse, sandbox: simulatedSandbox({ engine, clock, dice, faults, fuse }) };
  };
  let life = live();
  return Promise.resolve({
    get sandbox() {
      return life.sandbox;
    },
    request: (deed, request) => ({
      ...{ agentId: 'a', agentNumber: 1, bundle: { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 } },
      ...{ wallMs: 60_000, files: [], environment: {}, mounts: [], ...request, handshake: deed },
    }),
    hasAsked: () => Promise.resolve(),
    release(agentId) {
      for (const container of engine.containers.values())
        if (container.agentId === agentId && container.phase === 'running') engine.end(container, EXIT);
    },
    async crash({ request, state }) {
      const { sandbox, fuse } = life;
      if (state === 'adopted') await sandbox.adopt({ ...request, startedAt: clock.now() }, NEVER);
      else {
        const execution = await sandbox.prepare(request, NEVER);
        if (state === 'running') await execution.go();
        if (request.handshake === 'asks') execution.keepRequests(REQUESTS_ASKED);
      }
      fuse.blow('here');
      engine.loseStreams();
      life = live();
    },
    left: () =>
      Promise.resolve(
        [...engine.containers.values()].map(({ executionId, phase }) => ({
          executionId,
          isRunning: phase !== 'ended',
        })),
      ),
    close() {
      clearInterval(passing);
      return Promise.resolve();
    },
    home: '',
    stream: { ...UNUSED, cutsLeft: 0, attached: 0 },
    complaints: [],
  });
}

function deedOf({ handshake }: Container): Deed {
  return handshake as Deed;
}

const nothing = () => undefined;
const UNUSED = { break: nothing, cutEach: nothing, pace: nothing, inject: nothing };

itKeepsToSandbox('the simulated sandbox', { open, has: { agents: false, streamAgain: true } });
