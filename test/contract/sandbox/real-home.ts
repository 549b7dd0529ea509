import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { outputPath, outputSourcesPath } from '../../../src/config/home-places.ts';
import { stderrSpans } from '../../../src/domain/output-source.ts';
import type {
  ExecutionEnd,
  ExecutionRequest,
  PreparedExecution,
  ServedExecution,
} from '../../../src/sandbox/sandbox.ts';
import { NEVER, python } from '../../helpers/docker-sandbox.ts';
import type { SandboxAtWork } from './sandbox-at-work.ts';

export interface Finished {
  readonly end: ExecutionEnd;
  readonly output: string;
}

/** A home whose agents are real. An execution and its agent are new unless they are named. */
export interface RealHome {
  readonly at: SandboxAtWork;
  request(request: Partial<ExecutionRequest>): ExecutionRequest;
  prepare(request: Partial<ExecutionRequest>): Promise<PreparedExecution>;
  /** Prepared, and its "go" given. */
  begin(request: Partial<ExecutionRequest>): Promise<PreparedExecution>;
  run(request: Partial<ExecutionRequest>): Promise<Finished>;
  /** Takes over an execution that an earlier program has begun. */
  adopt(request: ExecutionRequest): ReturnType<SandboxAtWork['sandbox']['adopt']>;
  output(executionId: string): string;
  /** What of it came by stderr. */
  stderr(executionId: string): string;
  outputFile(executionId: string): Stats;
  workspace(agentId: string): string;
}

export function realHome(at: SandboxAtWork): RealHome {
  let number = 0;
  const fresh = () => {
    number += 1;
    return { executionId: `exe_${number}`, agentId: `agent${number}`, agentNumber: number };
  };
  const home: RealHome = {
    at,
    request: (request) => at.request('exits', { ...fresh(), ...request }),
    prepare: (request) => at.sandbox.prepare(home.request(request), NEVER),
    async begin(request) {
      const execution = await home.prepare(request);
      await execution.go();
      return execution;
    },
    async run(request) {
      const whole = home.request(request);
      const execution = await home.begin(whole);
      const end = await execution.ended;
      return { end, output: home.output(whole.executionId) };
    },
    adopt: (request) => at.sandbox.adopt({ ...request, startedAt: Date.now() - 1000 }, NEVER),
    output(executionId) {
      try {
        return readFileSync(outputPath(at.home, executionId), 'utf8');
      } catch {
        return '';
      }
    },
    stderr(executionId) {
      const path = outputPath(at.home, executionId);
      const output = readFileSync(path);
      const spans = stderrSpans(readFileSync(outputSourcesPath(path), 'utf8'), output.length);
      return Buffer.concat(spans.map(({ from, upTo }) => output.subarray(from, upTo))).toString();
    },
    outputFile: (executionId) => lstatSync(outputPath(at.home, executionId)),
    workspace: (agentId) => join(at.home, 'workspaces', `agent-${agentId}`),
  };
  return home;
}

/** Answers every request with how many there were, and tells it to be kept before. */
export function serveRequests(execution: ServedExecution): { readonly asked: string[] } {
  const asked: string[] = [];
  const { requests } = execution;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    execution.keepRequests(requests + asked.length);
    request.resume().on('end', () => response.end(String(requests + asked.length)));
  });
  execution.serve((connection) => server.emit('connection', connection));
  return { asked };
}

/** Hands over each connection with what came first on it. */
export function serveBytes(execution: ServedExecution, take: (connection: Duplex, first: string) => void): void {
  execution.serve((connection) => {
    connection.on('error', () => undefined);
    connection.once('data', (chunk: Buffer) => take(connection, chunk.toString('latin1')));
  });
}

export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen within 2 minutes');
    await pause(5);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A Python agent that can ask the service until it is answered, and wait for a file. */
export function asking(text: string): ExecutionRequest['files'] {
  return python(`
import http.client, os, socket, sys, time
def ask(path):
    while True:
        try:
            c = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60)
            c.request("POST", path, b"x" * 100)
            text = c.getresponse().read().decode()
            c.close()
            return text
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
def say(text):
    os.write(1, text.encode())
def wait_for(name):
    while not os.path.exists(name): time.sleep(0.01)
def connect():
    s = socket.create_connection(("127.0.0.1", 8080)); s.settimeout(60)
    return s
def read_all(s):
    parts = []
    while True:
        part = s.recv(65536)
        if not part: return b"".join(parts)
        parts.append(part)
${text}
`);
}
