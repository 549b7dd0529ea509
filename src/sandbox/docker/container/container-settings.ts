import type { Config } from '../../../config/schema.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { engineFacts, type EngineFacts } from '../client/engine-facts.ts';
import { readSeccomp, seccompOption } from './seccomp.ts';

/** What is the same for all containers of this engine. */
export interface ContainerSettings {
  readonly config: Config['sandbox'];
  /** The seccomp profile in the form that this engine takes: JSON, or for Podman the path of its file. */
  readonly seccomp: string;
  readonly facts: Pick<EngineFacts, 'cgroupVersion' | 'isPodman' | 'cpus' | 'limits'>;
}

export interface SettingsDeps {
  readonly client: DockerClient;
  readonly config: Config['sandbox'];
  readonly seccompPath: string;
}

/** Rejects with `sandbox_engine_unfit` where the engine can't hold an agent, and as `DockerClient.call` and `readSeccomp` do. */
export async function readSettings(
  { client, config, seccompPath }: SettingsDeps,
  signal: AbortSignal,
): Promise<ContainerSettings & { readonly facts: EngineFacts }> {
  const describe = () => client.docker.info();
  const [facts, profile] = await Promise.all([
    client.call('describe itself', signal, describe).then(engineFacts),
    readSeccomp(seccompPath),
  ]);
  return { config, facts, seccomp: seccompOption(facts, profile, seccompPath) };
}

/** Asks once and remembers, until it is to forget. */
export interface KnownSettings {
  get(signal: AbortSignal): ReturnType<typeof readSettings>;
  /** Another engine may answer by now. */
  forget(): void;
}

export function knownSettings(deps: SettingsDeps): KnownSettings {
  let known: Awaited<ReturnType<typeof readSettings>> | undefined;
  return {
    async get(signal) {
      known ??= await readSettings(deps, signal);
      return known;
    },
    forget() {
      known = undefined;
    },
  };
}
