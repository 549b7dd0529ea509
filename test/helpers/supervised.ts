import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { configSchema } from '../../src/config/schema.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { attachmentTo } from '../../src/sandbox/docker/container/container-attachment.ts';
import { openContainerStream } from '../../src/sandbox/docker/container/container-stream.ts';
import { engineFacts } from '../../src/sandbox/docker/client/engine-facts.ts';
import { seccompOption } from '../../src/sandbox/docker/container/seccomp.ts';
import type { Attachment } from '../../src/sandbox/stream/attachment.ts';
import { Session } from '../../src/sandbox/stream/session.ts';
import { StreamBroken } from '../../src/sandbox/stream/stream-broken.ts';
import { reachEngine } from './docker-sandbox.ts';

export const IMAGE = configSchema.parse({}).sandbox.image;
const SECCOMP_PATH = join(import.meta.dirname, '..', '..', 'runtime', 'seccomp.json');
const SECCOMP = readFileSync(SECCOMP_PATH, 'utf8');
const LABEL = 'bp-agents.test';
/** As root, agents get a user of their own; else they are the operator. */
const UID = process.getuid!() || 200_001;
const GID = process.getgid!() || 200_001;

export interface SupervisedOptions {
  /** The workspace's files; a name that ends in `!` is executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** Called with the workspace before its owner is set, for whatever isn't a file. */
  readonly arrange?: (workspace: string) => void;
  readonly cpuMs?: number;
  readonly wallMs?: number;
  readonly memoryMb?: number;
  readonly pids?: number;
  /** Of the container as a whole. */
  readonly openFiles?: number;
  readonly environment?: readonly string[];
  /** Take the place of the usual arguments of the same name. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  /** The end of the attached stream is the end of its stdin. */
  readonly stdinOnce?: boolean;
  /** What is done with each connection of the agent; else they wait. */
  readonly serve?: (connection: Duplex) => void;
  /** What runs in place of the image's own supervisor, and what it needs mounted. */
  readonly entrypoint?: string[];
  readonly binds?: readonly string[];
  /** A Docker volume in which the report is kept. */
  readonly reportVolume?: string;
  /** The control group in which the container has its own. */
  readonly cgroupParent?: string;
}

export type SupervisorLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** A container of the agent image, started up to wherever its supervisor waits, with the program's end of its stream. */
export interface Supervised {
  readonly container: Docker.Container;
  readonly workspace: string;
  /** What the supervisor has said. */
  readonly lines: readonly SupervisorLine[];
  /** Resolves with the last line of this kind, as soon as there is one. Rejects when the stream is lost without. */
  line(event: string): Promise<SupervisorLine>;
  /** Says a line. */
  say(line: string): void;
  /** Writes to its stdin, whatever that is. */
  write(bytes: Uint8Array): void;
  /** Ends the attached stream, and with `stdinOnce` its stdin. */
  closeStdin(): void;
  /** Drops the attached stream. */
  hangUp(): void;
  /** Attaches and greets anew, with all output that has come. What was said before is forgotten. */
  attach(): Promise<void>;
  /** What the agent has printed. */
  output(): string;
  /** What the supervisor has told on stderr. */
  complaint(): string;
  /** Resolves with the exit code of the supervisor. */
  exitCode(): Promise<number>;
}

let docker: Docker | undefined;
const cleanups: (() => Promise<void> | void)[] = [];

export async function engine(): Promise<Docker> {
  return (docker ??= (await reachEngine(systemClock())).docker);
}

/** To be called after each test: removes its containers, volumes and directories. */
export async function removeSupervised(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

/** A volume of its own, removed after the test. */
export async function makeVolume(): Promise<string> {
  const client = await engine();
  const { name } = await client.createVolume({ Labels: { [LABEL]: 'supervisor' } });
  cleanups.push(async () => {
    await client.getVolume(name).remove();
  });
  return name;
}

export async function supervise(options: SupervisedOptions = {}): Promise<Supervised> {
  const client = await engine();
  const root = mkdtempSync(join(tmpdir(), 'bp-supervisor-'));
  cleanups.push(() => rmSync(root, { recursive: true, force: true }));
  const workspace = makeWorkspace(root, options);

  const { isPodman } = engineFacts(await client.info());
  const seccomp = seccompOption({ isPodman }, SECCOMP, SECCOMP_PATH);
  const container = await client.createContainer(containerOptions(options, workspace, seccomp));
  cleanups.push(() => container.remove({ force: true, v: true }));

  const nonce = randomBytes(16);
  const lines: SupervisorLine[] = [];
  const listeners = new Set<() => void>();
  let printed: Buffer[] = [];
  let printedBytes = 0;
  let complaint = '';
  let stream: Duplex;
  let attachment: Attachment;
  let session: Session;
  let isLost = false;
  const tell = () => {
    for (const listener of listeners) listener();
  };

  function greet(): void {
    isLost = false;
    const own = attachment;
    const ownSession = new Session({
      ...{ nonce, outputKept: printedBytes, outlet: own },
      sinks: {
        answered(from) {
          printed = [Buffer.concat(printed).subarray(0, from)];
          printedBytes = from;
        },
        said: (line) => {
          lines.push(JSON.parse(line) as SupervisorLine);
          tell();
        },
        printed: (piece) => {
          printed.push(Buffer.from(piece));
          printedBytes += piece.length;
          return Promise.resolve();
        },
        connected: (connection) => options.serve?.(connection),
      },
    });
    session = ownSession;
    own.listen({
      received: (chunk) => {
        try {
          ownSession.take(chunk);
        } catch (error) {
          if (!(error instanceof StreamBroken)) throw error;
          complaint += `[${error.message}]`;
          own.destroy();
        }
      },
      drained: () => ownSession.drained(),
      closed: () => {
        ownSession.close();
        if (own !== attachment) return;
        isLost = true;
        tell();
      },
    });
  }

  async function attach(): Promise<void> {
    stream = await openContainerStream(container);
    attachment = attachmentTo(stream, (chunk) => void (complaint += Buffer.from(chunk).toString()));
  }

  await attach();
  await container.start();
  greet();

  return {
    container,
    workspace,
    lines,
    line(event) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.findLast((line) => line.event === event);
          if (found) resolve(found);
          else if (isLost) reject(new Error(`no "${event}" but ${JSON.stringify(lines)} ${complaint}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      });
    },
    say: (line) => session.say(line),
    write: (bytes) => attachment.write(bytes),
    closeStdin: () => void stream.end(),
    hangUp: () => attachment.destroy(),
    async attach() {
      lines.length = 0;
      await attach();
      greet();
    },
    output: () => Buffer.concat(printed).toString(),
    complaint: () => complaint,
    async exitCode() {
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      return StatusCode;
    },
  };
}

/** Runs an agent to its end; resolves with the last line of its supervisor and what the agent printed. */
export async function runSupervised(
  options: SupervisedOptions,
): Promise<{ readonly ended: SupervisorLine; readonly output: string; readonly supervised: Supervised }> {
  const supervised = await supervise(options);
  await supervised.line('ready');
  supervised.say('go');
  const ended = await supervised.line('ended');
  await supervised.exitCode();
  return { ended, output: supervised.output(), supervised };
}

function makeWorkspace(root: string, { files = {}, arrange, parameters }: SupervisedOptions): string {
  const workspace = join(root, 'w');
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(files)) {
    const path = join(workspace, name.replace(/!$/, ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: name.endsWith('!') ? 0o755 : 0o644 });
  }
  arrange?.(workspace);
  chownSync(workspace, Number(parameters?.['--uid'] ?? UID), GID);
  chmodSync(workspace, 0o700);
  return workspace;
}

function containerOptions(options: SupervisedOptions, workspace: string, seccomp: string) {
  const memory = (options.memoryMb ?? 64) * 1024 * 1024;
  const parameters = {
    ...{ '--uid': `${UID}`, '--gid': `${GID}`, '--cpus': '2', '--port': '8080' },
    ...{ '--cpu-ms': `${options.cpuMs ?? 10_000}`, '--wall-ms': `${options.wallMs ?? 60_000}` },
    ...{ '--nofile': `${Math.min(256, options.openFiles ?? 256)}`, '--fsize': '1000000' },
    ...options.parameters,
  };
  return {
    Image: IMAGE,
    Labels: { [LABEL]: 'supervisor' },
    ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }),
    Cmd: [...Object.entries(parameters).flat(), '--'],
    Env: [...(options.environment ?? [])],
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true },
    StdinOnce: options.stdinOnce ?? false,
    Tty: options.tty ?? false,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['SETUID', 'SETGID', 'KILL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
      ...(options.cgroupParent === undefined ? {} : { CgroupParent: options.cgroupParent }),
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: options.pids ?? 64,
      Ulimits: [
        { Name: 'nofile', Soft: options.openFiles ?? 1024, Hard: options.openFiles ?? 1024 },
        { Name: 'nproc', Soft: 32_000, Hard: 32_000 },
      ],
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=8m' },
      Binds: [
        `${workspace}:/workspace`,
        ...(options.binds ?? []),
        ...(options.reportVolume === undefined ? [] : [`${options.reportVolume}:/run/bp-report`]),
      ],
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

/** The text of one file of a container, running or not, as the engine reads it: with root's rights. */
export async function fileOf(container: Docker.Container, path: string): Promise<string> {
  const archive = await container.getArchive({ path });
  const chunks: Buffer[] = [];
  archive.on('data', (chunk: Buffer) => void chunks.push(chunk));
  await once(archive, 'end');
  // A tar archive of one file: a header of 512 bytes that has the size in octal digits at 124, then the content.
  const tar = Buffer.concat(chunks);
  const size = parseInt(tar.toString('latin1', 124, 136), 8);
  return tar.toString('utf8', 512, 512 + size);
}
