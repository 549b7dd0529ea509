import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { configSchema } from '../../src/config/schema.ts';
import { readAttachedStream } from '../../src/sandbox/docker/container/attached-stream.ts';
import { openContainerStream } from '../../src/sandbox/docker/container/container-stream.ts';
import { connectEngine, findEngine } from '../../src/sandbox/docker/client/engine-address.ts';
import { engineFacts } from '../../src/sandbox/docker/client/engine-facts.ts';
import { seccompOption } from '../../src/sandbox/docker/container/seccomp.ts';

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
  /** A Docker volume in which the report is kept. */
  readonly reportVolume?: string;
}

export type SupervisorLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** A container of the agent image, started up to wherever its supervisor waits, with nothing of ours between. */
export interface Supervised {
  readonly container: Docker.Container;
  readonly workspace: string;
  /** Where the System Service's socket is to be. */
  readonly socketPath: string;
  /** What the supervisor has said. */
  readonly lines: readonly SupervisorLine[];
  /** Resolves with the next line of this kind, or the last one there was. Rejects when the container ends without. */
  line(event: string): Promise<SupervisorLine>;
  /** Writes to its stdin. */
  say(text: string): void;
  closeStdin(): void;
  /** Drops the attached streams. */
  hangUp(): void;
  /** What the agent has printed. */
  output(): string;
  /** Resolves with the exit code of the supervisor. */
  exitCode(): Promise<number>;
}

let docker: Docker | undefined;
const cleanups: (() => Promise<void> | void)[] = [];

export async function engine(): Promise<Docker> {
  docker ??= connectEngine(await findEngine({ environment: process.env, homeDirectory: homedir() }));
  return docker;
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
  const sockets = join(root, 's');
  mkdirSync(sockets, { mode: 0o711 });
  chmodSync(sockets, 0o711);

  const { isPodman } = engineFacts(await client.info());
  const seccomp = seccompOption({ isPodman }, SECCOMP, SECCOMP_PATH);
  const container = await client.createContainer(containerOptions(options, workspace, sockets, seccomp));
  cleanups.push(() => container.remove({ force: true }));
  const stream = await openContainerStream(container, { stdin: true });
  const lines: SupervisorLine[] = [];
  const chunks: Uint8Array[] = [];
  let pending = '';
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const attached = readAttachedStream(stream, {
    stdout: (chunk) => void chunks.push(Buffer.from(chunk)),
    stderr(chunk) {
      const parts = (pending + Buffer.from(chunk).toString()).split('\n');
      pending = parts.pop() ?? '';
      lines.push(...parts.filter((part) => part.startsWith('{')).map((part) => JSON.parse(part) as SupervisorLine));
      tell();
    },
  });
  void attached.closed.then(tell);
  await container.start();

  return {
    container,
    workspace,
    socketPath: join(sockets, 'service.sock'),
    lines,
    line(event) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.findLast((line) => line.event === event);
          if (found) resolve(found);
          else if (attached.lost) reject(new Error(`no "${event}" but ${JSON.stringify(lines)} ${pending}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      });
    },
    say: (text) => void stream.write(text),
    closeStdin: () => void stream.end(),
    hangUp: () => attached.destroy(),
    output: () => Buffer.concat(chunks).toString(),
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
  supervised.say('go\n');
  const ended = await supervised.line('ended');
  await supervised.exitCode();
  return { ended, output: supervised.output(), supervised };
}

function makeWorkspace(root: string, { files = {}, arrange }: SupervisedOptions): string {
  const workspace = join(root, 'w');
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(files)) {
    const path = join(workspace, name.replace(/!$/, ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: name.endsWith('!') ? 0o755 : 0o644 });
  }
  arrange?.(workspace);
  chownSync(workspace, UID, GID);
  chmodSync(workspace, 0o700);
  return workspace;
}

function containerOptions(options: SupervisedOptions, workspace: string, sockets: string, seccomp: string) {
  const memory = (options.memoryMb ?? 64) * 1024 * 1024;
  const parameters = {
    ...{ '--uid': `${UID}`, '--gid': `${GID}`, '--cpus': '2', '--port': '8080', '--socket': '/run/bp/service.sock' },
    ...{ '--cpu-ms': `${options.cpuMs ?? 10_000}`, '--wall-ms': `${options.wallMs ?? 60_000}` },
    ...{ '--nofile': `${Math.min(256, options.openFiles ?? 256)}`, '--fsize': '1000000' },
    ...(options.reportVolume === undefined ? {} : { '--report-dir': '/run/bp-report' }),
    ...options.parameters,
  };
  return {
    Image: IMAGE,
    Labels: { [LABEL]: 'supervisor' },
    Cmd: [...Object.entries(parameters).flat(), '--'],
    Env: [...(options.environment ?? [])],
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true, StdinOnce: true },
    Tty: options.tty ?? false,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['SETUID', 'SETGID', 'KILL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
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
        `${sockets}:/run/bp:ro`,
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
