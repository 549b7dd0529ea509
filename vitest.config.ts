import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// A time limit is there to end a hang, not to measure: a busy machine needs many times as long as a quiet one.
// Likewise what is waited for: a second, as it is otherwise, passes on a busy machine without a turn.
const POLL = { expect: { poll: { timeout: 60_000 } } };
const LIMIT = { testTimeout: 300_000, hookTimeout: 300_000, ...POLL };
/** Of what takes minutes where nothing hangs. */
const LONG = { testTimeout: 1_800_000, hookTimeout: 300_000, ...POLL };
// One more than processors: much of what each group does is waiting, for a time, a cycle or a container.
const WORKERS = { maxWorkers: 3 };
// Files share a process and what it has loaded: starting anew for each takes longer than most of their tests.
const SHARED = { isolate: false };

// Groups run one after the other, and the files of a group beside each other.
// More of a container's test is waiting.
const CONTAINERS = { ...LIMIT, ...SHARED, maxWorkers: 4, sequence: { groupOrder: 1 } };
const ONE_AT_A_TIME = { maxWorkers: 1, sequence: { groupOrder: 3 } };
const MEASUREMENTS = { ...LIMIT, maxWorkers: 1, sequence: { groupOrder: 2 } };

/** They take longer than what else is left at the end: begun last, each would be waited for alone. */
const LONGEST = [
  ...['simulation/scenarios', 'simulation/attention-scenarios', 'simulation/simulation', 'simulation/planted-faults'],
  ...['integration/cli/locked', 'integration/cli/endings'],
  ...[
    'docker/contract',
    'docker/templates',
    'docker/crashes',
    'docker/few-cycles',
    'docker/example-agents',
    'docker/python-install',
    'docker/agent-install',
  ],
  'terminal/bad-terminal',
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const longest = LONGEST.flatMap((name) => sorted.filter(({ moduleId }) => moduleId.endsWith(name)));
    return [...longest, ...sorted.filter((file) => !longest.includes(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          ...LIMIT,
          ...WORKERS,
          ...SHARED,
        },
      },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...LIMIT, ...WORKERS, ...SHARED } },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...LIMIT, ...WORKERS, ...SHARED } },
      // In a Chromium, one a file: it takes memory and processors enough for two.
      {
        test: { name: 'web', include: ['test/web/**/*.test.ts'], ...LIMIT, maxWorkers: 1, sequence: { groupOrder: 4 } },
      },
      { test: { name: 'docker', include: ['test/docker/**/*.test.ts'], ...CONTAINERS } },
      { test: { name: 'hostile', include: ['test/hostile/**/*.test.ts'], ...CONTAINERS } },
      { test: { name: 'terminal', include: ['test/terminal/**/*.test.ts'], ...CONTAINERS } },
      // The contract of the sandbox on other engines and as another user; only where it is asked for by its name.
      { test: { name: 'engines', include: ['test/engines/**/*.test.ts'], ...LIMIT, pool: 'forks', ...ONE_AT_A_TIME } },
      // Kills at each point and amid the calls of models, more than every run needs; only by its name, too.
      { test: { name: 'kills', include: ['test/kills/**/*.test.ts'], ...LONG, ...ONE_AT_A_TIME } },
      // The examples of docs/agents for as long as their guide says, and at default settings; only by its name, too.
      { test: { name: 'lives', include: ['test/lives/**/*.test.ts'], ...LONG, ...ONE_AT_A_TIME } },
      // The supervisor as another processor has it, which takes a cross compiler; only by its name, too.
      { test: { name: 'arm', include: ['test/arm/**/*.test.ts'], ...LIMIT, ...ONE_AT_A_TIME } },
      // Coding agents, which npm brings from a registry; only by its name, too.
      {
        test: {
          name: 'residents',
          include: ['test/residents/**/*.test.ts'],
          ...LONG,
          maxConcurrency: 2,
          ...ONE_AT_A_TIME,
        },
      },
      // The program as npm installs it from a tarball, with packages from a registry; only by its name, too.
      { test: { name: 'packed', include: ['test/packed/**/*.test.ts'], ...LIMIT, ...ONE_AT_A_TIME } },
      // What measures runs after all else, one file at a time, and compares what it measured in the same run.
      { test: { name: 'alone', include: ['test/alone/**/*.test.ts'], ...MEASUREMENTS } },
    ],
  },
});
