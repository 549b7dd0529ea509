/**
 * The program with a bomb: `main.ts` once more, with the real engine, which kills itself with SIGKILL the first time it
 * reaches the point that CRASH_AT names. Points are the seams: `before` and `after` each call of the sandbox, of an
 * execution, of its endpoint and of the Docker client, each event of the market (told right after its commit), a
 * shared commit, and the printing of what a command did. On the stream to a container they are `before`, `within` and
 * `after` the writing of a greeting, of "go" and of each count of requests, and `heard` with what the supervisor says.
 */
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import type { EnginePort } from '../../src/cli/cli-deps.ts';
import { runCli } from '../../src/cli/program.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';
import { realDeps } from './real-deps.ts';

const point = process.env['CRASH_AT'];
/** The containers before are those of the probe at the start. */
let isBegun = false;

function reach(name: string): void {
  isBegun ||= name === 'before sandbox.prepare' || name === 'before sandbox.adopt';
  if (name.includes('container.') && !isBegun) return;
  if (process.env['CRASH_TRACE']) process.stderr.write(`${name}\n`);
  if (name === point) process.kill(process.pid, 'SIGKILL');
}

type Method = (...args: unknown[]) => unknown;

/** The same object with a point before each call of its methods and after each answer, whose methods are watched too. */
function watched<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, property) {
      const value: unknown = Reflect.get(object, property);
      if (property === 'ended' && value instanceof Promise) return value.finally(() => reach(`after ${name}.ended`));
      if (typeof value !== 'function' || typeof property !== 'string') return value;
      return (...args: unknown[]) => {
        reach(`before ${name}.${property}`);
        const answer = (value as Method).apply(object, args);
        if (!(answer instanceof Promise)) {
          reach(`after ${name}.${property}`);
          return answer;
        }
        return answer.then((result: unknown) => {
          reach(`after ${name}.${property}`);
          const isRun = property === 'prepare' || property === 'adopt';
          return isRun ? watched('execution', result as object) : result;
        });
      };
    },
  });
}

/** What is written to a container's stream, by words in it, and what is heard there. */
const WRITTEN = { BPS1: 'a greeting', 'go\n': 'a go', requests: 'a count' } as const;
const HEARD = ['ready', 'started', 'ended'] as const;

/** Cut off `within` a write, its first half is on its way. */
function watchStream(stream: Duplex): void {
  const write = stream.write.bind(stream) as (bytes: Uint8Array) => boolean;
  stream.write = (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString('latin1');
    const names = Object.entries(WRITTEN).flatMap(([word, name]) => (text.includes(word) ? [name] : []));
    for (const name of names) reach(`before ${name}`);
    for (const name of names) {
      if (point === `within ${name}`) write(bytes.subarray(0, bytes.length / 2));
      reach(`within ${name}`);
    }
    const answer = write(bytes);
    for (const name of names) reach(`after ${name}`);
    return answer;
  };
  stream.on('data', (chunk: Uint8Array) => {
    const text = Buffer.from(chunk).toString('latin1');
    for (const event of HEARD) if (text.includes(`"event":"${event}"`)) reach(`heard ${event}`);
  });
}

type Dial = (request: { readonly path: string }, done: (error: unknown, stream: Duplex) => void) => void;

function watchStreams(): void {
  const client = Object.getPrototypeOf(new Docker().modem) as { dial: Dial };
  const { dial } = client;
  client.dial = function (this: object, request, done) {
    if (!request.path.includes('/attach?')) {
      dial.call(this, request, done);
      return;
    }
    reach('before container.attach');
    dial.call(this, request, (error, stream) => {
      reach('after container.attach');
      if (!error && isBegun) watchStream(stream);
      done(error, stream);
    });
  };
}

function watchDocker(): void {
  const docker = Docker.prototype as unknown as Record<string, Method>;
  const { createContainer, getContainer } = docker as { createContainer: Method; getContainer: Method };
  docker['getContainer'] = function (this: Docker, ...args) {
    return watched('container', getContainer.apply(this, args) as object);
  };
  docker['createContainer'] = async function (this: Docker, ...args) {
    reach('before container.create');
    const container = (await createContainer.apply(this, args)) as object;
    reach('after container.create');
    return watched('container', container);
  };
}

const deps = realDeps();
const { engine } = deps;
const crashing: EnginePort = {
  ...engine,
  async start(home, logger, signal) {
    const parts = await engine.start(home, logger, signal);
    const { economy, sandbox, endpoints, events } = parts.orchestrator;
    const share = economy[STORE].share.bind(economy[STORE]);
    Object.assign(economy[STORE], {
      share: async (work: () => unknown) => {
        const answer = await share(work);
        reach('after a shared commit');
        return answer;
      },
    });
    return {
      orchestrator: {
        ...parts.orchestrator,
        sandbox: watched('sandbox', sandbox),
        endpoints: watched('endpoints', endpoints),
        events: {
          publish(event) {
            if (event.kind === 'cycle' && event.winners > 0) reach('cleared');
            if (event.kind === 'started' || event.kind === 'settled') reach(event.kind);
            events.publish(event);
          },
        },
      },
      async close() {
        reach('before close');
        await parts.close();
        reach('after close');
      },
    };
  },
};

watchDocker();
watchStreams();
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((...args: Parameters<typeof write>) => {
  reach('before printing');
  return write(...args);
}) as typeof write;
process.exitCode = await runCli({ ...deps, engine: crashing }, process.argv);
