import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import type { EngineAddress } from './engine-address.ts';
import { SshTunnel } from './ssh-tunnel.ts';
import type { TlsFiles } from './tls-files.ts';

/** The way to an engine. */
export interface EngineConnection {
  readonly address: EngineAddress;
  readonly docker: Docker;
  /** Ends what carries it. Calls that come later open it again. */
  close(): void;
}

export interface ConnectionDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** With this the kernel finds out that a link is dead, even if nobody writes to it. */
const LASTING: AgentOptions = { keepAlive: true, keepAliveMsecs: 15_000 };

/** Nothing is sent yet. */
export function connectEngine(address: EngineAddress, { environment, clock }: ConnectionDeps): EngineConnection {
  const { connection } = address;
  switch (connection.kind) {
    case 'socket':
      return { address, docker: dockerAt({ socketPath: connection.path }), close: () => undefined };
    case 'tcp': {
      const { host, port, tls } = connection;
      const agent = tls ? new HttpsAgent({ ...LASTING, ...tlsOptions(tls) }) : new HttpAgent(LASTING);
      const docker = dockerAt({ host, port, protocol: tls ? 'https' : 'http', agent });
      return { address, docker, close: () => agent.destroy() };
    }
    case 'ssh': {
      const tunnel = new SshTunnel({ target: connection.target, environment, clock });
      const agent = new TunnelAgent(tunnel);
      // Only so that the client takes it for a socket; the agent knows where it really is.
      const docker = dockerAt({ socketPath: connection.target.socketPath, agent });
      return {
        address,
        docker,
        close: () => {
          agent.destroy();
          tunnel.close();
        },
      };
    }
  }
}

/** Everything is named: dockerode would otherwise take it from DOCKER_HOST itself. */
function dockerAt(options: Docker.DockerOptions & { readonly agent?: HttpAgent }): Docker {
  const nothing = { socketPath: undefined, host: undefined, port: undefined, ca: undefined, cert: undefined };
  return new Docker({ ...nothing, key: undefined, protocol: 'http', ...options });
}

function tlsOptions({ ca, client, isChecked }: TlsFiles) {
  return { ca, ...client, rejectUnauthorized: isChecked };
}

/** Each connection goes through the tunnel, which is opened for it where it has to be. */
class TunnelAgent extends HttpAgent {
  readonly #tunnel: SshTunnel;

  constructor(tunnel: SshTunnel) {
    super(LASTING);
    this.#tunnel = tunnel;
  }

  override createConnection(_: unknown, done?: (error: Error | null, socket: Duplex) => void): undefined {
    const failed = done as (error: unknown) => void;
    this.#tunnel.path().then(
      (path) => done?.(null, connect(path)),
      (error: unknown) => failed(error),
    );
  }
}
