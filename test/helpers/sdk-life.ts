import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StartingExecution } from '../../src/economy/executions/start-execution.ts';
import { PYTHON } from './python.ts';
import type { TestService } from './service-client.ts';

export const LANGUAGES = ['Python', 'JavaScript'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Told {
  readonly value?: unknown;
  readonly refused?: Readonly<Record<string, unknown>>;
}

/** One execution whose program does what it is told with the SDK of its language. */
export interface SdkLife {
  readonly workspace: string;
  /** What the SDK itself printed, a line each. */
  readonly printed: readonly string[];
  /** Calls a function or reads an attribute, by its Python name. */
  step(name: string, given?: readonly unknown[], options?: Readonly<Record<string, unknown>>): Promise<Told>;
  end(): Promise<void>;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PYTHONPATH = path('../../runtime/sdk');
const PROGRAMS = { Python: [PYTHON, path('sdk-run.py')], JavaScript: [process.execPath, path('sdk-run.mjs')] } as const;

/** `socketPath` is where the service listens; the SDK reaches it as in a container, over TCP. */
async function liveBySdk(language: Language, socketPath: string, handshake: string): Promise<SdkLife> {
  const bridge = createServer((socket) => {
    const service = connect(socketPath);
    socket.pipe(service).pipe(socket);
    for (const side of [socket, service]) side.on('error', () => (socket.destroy(), service.destroy()));
  });
  await new Promise<void>((resolve) => bridge.listen(0, '127.0.0.1', resolve));
  const { port } = bridge.address() as AddressInfo;
  const workspace = `${socketPath}.workspace`;
  mkdirSync(workspace, { recursive: true });
  const told = { ...(JSON.parse(handshake) as object), service_url: `http://127.0.0.1:${port}` };
  const environment = join(workspace, 'env.json');
  writeFileSync(environment, JSON.stringify(told));

  const [program, file] = PROGRAMS[language];
  const child = spawn(program, [file], {
    cwd: workspace,
    env: { PATH: dirname(program), PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1', BP_ENV: environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once('close', resolve));
  const printed: string[] = [];
  return {
    workspace,
    printed,
    async step(name, given = [], options) {
      const own =
        language === 'Python' ? name : name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const step = language === 'Python' ? [own, given, options ?? {}] : [own, options ? [...given, options] : given];
      child.stdin.write(`${JSON.stringify(step)}\n`);
      for (;;) {
        const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
        if (done === true) throw new Error(`the program ended at ${name}`);
        if (value.startsWith('> ')) return JSON.parse(value.slice(2)) as Told;
        printed.push(value);
      }
    },
    async end() {
      child.stdin.end();
      await ended;
      bridge.close();
    },
  };
}

/** Serves a started execution and lives it. */
export async function sdkLife(test: TestService, language: Language, started: StartingExecution): Promise<SdkLife> {
  const { socketPath } = await test.connect(started);
  return liveBySdk(language, socketPath, started.handshake);
}
