import { parentPort } from 'node:worker_threads';
import { BpError } from '../../platform/errors.ts';
import { runTask, type ScenarioAnswer, type ScenarioTask } from './scenario-pool.ts';

// The other side of `scenario-pool.ts`: the main module of its threads.
parentPort?.on('message', (task: ScenarioTask) => {
  const send = (answer: ScenarioAnswer) => parentPort?.postMessage(answer);
  runTask(task).then(
    (run) => send({ ok: true, run }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      send({ ok: false, code: error instanceof BpError ? error.code : 'scenario_broken', message });
    },
  );
});
