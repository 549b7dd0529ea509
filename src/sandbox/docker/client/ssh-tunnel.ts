import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../platform/clock.ts';
import { withDeadline } from '../../../platform/deadline.ts';
import { BpError } from '../../../platform/errors.ts';
import { sshCommand, type SshTarget } from './ssh-target.ts';

export interface SshTunnelOptions {
  readonly target: SshTarget;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const OPEN_MS_MAX = 60_000;
const CONNECT_SECONDS_MAX = 20;
/** A link that has been silent for so long is asked; at the third question without an answer it is given up. */
const SILENCE_SECONDS = 10;
const COMPLAINT_CHARS_MAX = 4096;
/** Sent to a `cat` over there: where it comes back, everything stands. Whatever a login prints besides is passed over. */
const ECHO = 'bp-agents-tunnel-is-open';

/** Runs ssh and takes its folder away, also where this program is killed or the link ends; "$1" is the folder. */
const KEEPER = 'folder=$1; shift; trap : TERM; ssh "$@"; status=$?; rm -rf -- "$folder"; exit "$status"';
/** A shell's, for a command that it doesn't find. */
const NOT_FOUND = 127;

interface Open {
  readonly path: string;
  readonly child: ChildProcessWithoutNullStreams;
}

/**
 * The engine's socket on another machine, brought here by the system's own ssh: its configuration, keys, agent and
 * known hosts hold, and a host whose key isn't known is refused. Opened when it is first needed, and anew after a loss.
 */
export class SshTunnel {
  readonly #options: SshTunnelOptions;
  #opening: Promise<Open> | undefined;

  constructor(options: SshTunnelOptions) {
    this.#options = options;
  }

  /** Where the engine answers on this machine. Rejects with `sandbox_engine_unreachable`. */
  async path(): Promise<string> {
    this.#opening ??= this.#remembered();
    return (await this.#opening).path;
  }

  /** Ends it; the next `path` opens it again. */
  close(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then(({ child }) => end(child)).catch(() => undefined);
  }

  /** Forgotten when it is over, or could not be opened at all. */
  #remembered(): Promise<Open> {
    const forget = () => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    const opening = this.#open(forget);
    opening.catch(forget);
    return opening;
  }

  async #open(onOver: () => void): Promise<Open> {
    const { target, environment, clock } = this.#options;
    const directory = await mkdtemp(join(tmpdir(), 'bp-ssh-'));
    const path = join(directory, 'engine.sock');
    const words = ['-c', KEEPER, 'sh', directory, ...sshArguments(target, path)];
    // In a group of its own: a Ctrl-C at the terminal is not meant for it.
    const child = spawn('sh', words, { env: environment, stdio: 'pipe', detached: true });
    child.once('close', onOver).once('error', onOver);
    const late = () => unreachable(target, `no answer within ${OPEN_MS_MAX / 1000} s`);
    try {
      await withDeadline({ clock, milliseconds: OPEN_MS_MAX, signal: undefined, late }, () => opened(child, target));
      return { path, child };
    } catch (error) {
      end(child);
      throw error;
    }
  }
}

/** The whole group; one that has ended already is left alone. */
function end({ pid }: ChildProcessWithoutNullStreams): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // It is gone.
  }
}

/**
 * It ends when its stdin does, so also when this program is killed: then the `cat` over there ends, and with it ssh.
 * What the user's own configuration says of the key's check, of questions and of sharing connections doesn't count here.
 */
function sshArguments({ user, host, port, socketPath }: SshTarget, path: string): string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ExitOnForwardFailure=yes',
    'ControlMaster=no',
    'ControlPath=none',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'RequestTTY=no',
    'StreamLocalBindMask=0177',
    `ConnectTimeout=${CONNECT_SECONDS_MAX}`,
    `ServerAliveInterval=${SILENCE_SECONDS}`,
    'ServerAliveCountMax=3',
  ];
  return [
    ...settings.flatMap((setting) => ['-o', setting]),
    ...['-L', `${path}:${socketPath}`],
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...['--', host, 'cat'],
  ];
}

function opened(child: ChildProcessWithoutNullStreams, target: SshTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARS_MAX);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2 * ECHO.length);
      if (said.includes(ECHO)) resolve();
    });
    child.stdin.on('error', () => undefined).write(`${ECHO}\n`);
    child.once('error', (error) => reject(unreachable(target, error.message)));
    child.once('close', (status) => {
      if (status === NOT_FOUND)
        reject(unreachable(target, 'there is no ssh on this machine', 'install an OpenSSH client'));
      else reject(unreachable(target, lastLine(complaint) ?? `ssh ended with ${status}`));
    });
  });
}

function unreachable(target: SshTarget, why: string, hint?: string): BpError {
  const command = sshCommand(target);
  const isUnknown = /host key|known_hosts/i.test(why);
  return new BpError('sandbox_engine_unreachable', `the engine's machine can't be reached by ssh: ${why}`, {
    hint:
      hint ??
      (isUnknown
        ? `compare its key with the machine's own, then let \`${command}\` remember it`
        : `see to it that \`${command} docker version\` works without a question`),
  });
}

function lastLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/[^\x20-\x7e]+/g, ' ').trim());
  return lines.findLast((line) => line !== '')?.slice(0, 300);
}
