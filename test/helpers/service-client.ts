import { request as send, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { formatId } from '../../src/domain/ids.ts';
import type { CallObserver } from '../../src/domain/ended-call.ts';
import type { TakeFiles } from '../../src/domain/prompt-files.ts';
import type { TemplateShelf } from '../../src/domain/template.ts';
import type { RequestObserver } from '../../src/domain/served-request.ts';
import type { StartingExecution } from '../../src/economy/executions/start-execution.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { FolderShelf } from '../../src/operator/templates/template-shelf.ts';
import { openTransports } from '../../src/intelligence/cassette/open-transports.ts';
import { Gateway } from '../../src/intelligence/gateway.ts';
import { readCatalogue, type KeySources } from '../../src/intelligence/provider.ts';
import { createService, type Service } from '../../src/service/service.ts';
import { listeningRun, type ListeningRun } from './listening-run.ts';
import { openTestEconomy, runningAgent, type TestEconomy, type TestEconomyOptions } from './economy.ts';
import type { Bundle } from '../../src/domain/resources.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of the JSON; `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** As it came. */
  readonly text: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly path: string;
  /** Sent as it is where it is text or bytes, as JSON otherwise. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an execution can do: call by its own connections with its own token. */
export interface TestAgent {
  readonly agentId: string;
  readonly executionId: number;
  readonly token: string;
  /** Who connects here is this execution. */
  readonly socketPath: string;
  request(options: RequestOptions): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export interface TestService {
  readonly economy: TestEconomy;
  readonly service: Service;
  readonly gateway: Gateway;
  /** What was logged as an error. */
  readonly failures: readonly object[];
  /** What executions have used, as they tell the service; undefined where they can't. */
  cpuMs: number | undefined;
  /** What is had of executions' files. */
  takeFiles: TakeFiles;
  /** Makes an agent, lets it win, starts it and opens its endpoint. */
  agent(id: string, options?: { readonly credits?: number; readonly bundle?: Bundle }): Promise<TestAgent>;
  /** Opens the endpoint of an execution that was started. */
  connect(started: StartingExecution): Promise<TestAgent>;
  close(): Promise<void>;
}

/** The service over real sockets on a real database. */
export async function openTestService(
  options: TestEconomyOptions & {
    readonly keys?: KeySources;
    readonly clock?: Clock;
    readonly observe?: RequestObserver;
    readonly calls?: CallObserver;
    readonly templates?: TemplateShelf;
  } = {},
): Promise<TestService> {
  // Tests of other things make more requests than an agent may.
  const overrides = ['service.request_burst_max=100000', ...(options.overrides ?? [])];
  const economy = openTestEconomy({ ...options, overrides });
  const failures: object[] = [];
  const ignore = () => undefined;
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (fields) => void failures.push(fields) };
  const clock = options.clock ?? systemClock();
  const catalogue = readCatalogue(economy.config.intelligence, options.keys ?? NO_KEYS);
  const transports = openTransports(economy.config.intelligence, { home: economy.home, logger });
  const observer = options.calls;
  const gateway = new Gateway({ economy, catalogue, transports, clock, random: economy.random, logger, observer });
  const templates = options.templates ?? TEMPLATES;
  const service = await createService({ economy, gateway, templates, clock, logger, observe: options.observe });
  const runs: ListeningRun[] = [];

  const test: TestService = {
    economy,
    service,
    gateway,
    failures,
    cpuMs: undefined,
    takeFiles: () => Promise.reject(new Error('there are no files')),
    agent: (id, agentOptions) => test.connect(runningAgent(economy, id, agentOptions)),
    async connect({ execution, token }) {
      const socketPath = join(economy.home, `${formatId('execution', execution.id)}.sock`);
      const run = await listeningRun(socketPath, {
        usedCpuMs: async () => test.cpuMs,
        takeFiles: (paths, bytesMax) => test.takeFiles(paths, bytesMax),
      });
      runs.push(run);
      service.openEndpoint(execution.id, run);
      return testAgent({ agentId: execution.agentId, executionId: execution.id, token, socketPath });
    },
    async close() {
      for (const run of runs) run.close();
      await service.close();
      economy.close();
    },
  };
  return test;
}

/** Those of this package. */
export const TEMPLATES = new FolderShelf(join(import.meta.dirname, '..', '..', 'runtime'));

const NO_KEYS: KeySources = { environment: {}, readFile: () => '' };

function testAgent(identity: Pick<TestAgent, 'agentId' | 'executionId' | 'token' | 'socketPath'>): TestAgent {
  const { socketPath, token } = identity;
  const request = ({ headers, ...options }: RequestOptions) =>
    call(socketPath, { ...options, headers: { authorization: `Bearer ${token}`, ...headers } });
  return {
    ...identity,
    request,
    get: (path) => request({ path }),
    post: (path, body, headers = {}) => request({ method: 'POST', path, body, headers }),
    delete: (path) => request({ method: 'DELETE', path }),
  };
}

/** One HTTP request over a Unix socket. */
export function call(
  socketPath: string,
  { method = 'GET', path, body, headers = {} }: RequestOptions,
): Promise<Answer> {
  const bytes = body === undefined ? undefined : toBytes(body);
  const type = bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.byteLength };
  return new Promise((resolve, reject) => {
    const outgoing = send({ socketPath, method, path, headers: { ...type, ...headers }, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isEvents = incoming.headers['content-type']?.startsWith('text/event-stream') === true;
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: (isEvents || text === '' ? {} : JSON.parse(text)) as Answer['body'],
          text,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** As an agent writes it. */
export const BUNDLE = { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 };
