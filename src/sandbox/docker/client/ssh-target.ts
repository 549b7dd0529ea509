/** An engine behind ssh. */
export interface SshTarget {
  /** Undefined: as whom ssh's own configuration says. */
  readonly user: string | undefined;
  /** A name that ssh knows, which may be an alias of its configuration. */
  readonly host: string;
  readonly port: number | undefined;
  /** The engine's socket over there. */
  readonly socketPath: string;
}

const REMOTE_SOCKET = '/var/run/docker.sock';
/** What begins with a dash ssh would take for an option of its own. */
const NAME = /^[^-\s][^\s]*$/;

/** `ssh://user@host:port/path/of/the.sock`, of which only the host must be there; undefined where it is anything else. */
export function parseSshTarget(address: string): SshTarget | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'ssh:' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  const user = decoded(url.username);
  const host = decoded(url.hostname)?.replace(/^\[(.*)\]$/, '$1');
  const path = decoded(url.pathname);
  if (user === undefined || host === undefined || path === undefined) return undefined;
  if (!NAME.test(host) || (user !== '' && !NAME.test(user)) || /[\s:]/.test(path)) return undefined;
  return {
    user: user === '' ? undefined : user,
    host,
    port: url.port === '' ? undefined : Number(url.port),
    socketPath: path === '' || path === '/' ? REMOTE_SOCKET : path,
  };
}

/** As a person types it to try it by hand. */
export function sshCommand({ user, host, port }: SshTarget): string {
  return `ssh ${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
