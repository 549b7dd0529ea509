import { defineConfig } from 'vitest/config';

/** Long enough for the first container on a cold engine, short enough that a hang is seen. */
const CONTAINER_TIMEOUT_MS = 120_000;

export default defineConfig({
  test: {
    // One group after the other: containers and terminals are timed, so nothing else runs beside them.
    projects: [
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], maxWorkers: 2 },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: CONTAINER_TIMEOUT_MS,
          hookTimeout: CONTAINER_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'terminal',
          include: ['test/terminal/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: CONTAINER_TIMEOUT_MS,
          hookTimeout: CONTAINER_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: CONTAINER_TIMEOUT_MS,
          hookTimeout: CONTAINER_TIMEOUT_MS,
        },
      },
    ],
  },
});
