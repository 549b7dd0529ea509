import { defineConfig } from 'vitest/config';

// A time limit is there to end a hang, not to measure: a busy machine needs many times as long as a quiet one.
const LIMIT = { testTimeout: 60_000, hookTimeout: 60_000 };
const LONG_LIMIT = { testTimeout: 240_000, hookTimeout: 240_000 };
const WORKERS = { maxWorkers: 2 };

// Groups run one after the other, and the files of a group beside each other.
const CONTAINERS = { ...LONG_LIMIT, ...WORKERS, sequence: { groupOrder: 1 } };
const MEASUREMENTS = { ...LONG_LIMIT, maxWorkers: 1, sequence: { groupOrder: 2 } };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...LIMIT, ...WORKERS } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...LIMIT, ...WORKERS } },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...LONG_LIMIT, ...WORKERS } },
      // Containers and terminals mostly wait. Nothing here asserts on real time, so nothing has to be alone.
      { test: { name: 'docker', include: ['test/docker/**/*.test.ts'], ...CONTAINERS } },
      { test: { name: 'hostile', include: ['test/hostile/**/*.test.ts'], ...CONTAINERS } },
      { test: { name: 'terminal', include: ['test/terminal/**/*.test.ts'], ...CONTAINERS } },
      // What measures runs after all else, one file at a time, and compares what it measured in the same run.
      { test: { name: 'alone', include: ['test/alone/**/*.test.ts'], ...MEASUREMENTS } },
    ],
  },
});
