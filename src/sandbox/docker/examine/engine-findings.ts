import type Docker from 'dockerode';
import { z } from 'zod';
import type { Finding } from '../../../platform/finding.ts';
import { factsOf, type EngineInfo } from '../client/engine-facts.ts';
import type { EngineAddress } from '../client/engine-address.ts';

/** The oldest engine of Docker's that this was made for. */
const DOCKER_LEAST = [20, 10] as const;
const HOSTS = 'docs/handbook/machines-and-engines.md#which-hosts-work';

/** What an engine says of its own version; Podman's has a component of that name. */
const versionAnswer = z.object({
  Version: z.string().default('of an unknown version'),
  Components: z.array(z.object({ Name: z.string(), Version: z.string() })).nullish(),
});

export interface ExaminedEngine {
  readonly address: EngineAddress;
  /** Its answers, as they came. */
  readonly version: Awaited<ReturnType<Docker['version']>>;
  readonly info: EngineInfo;
  /** `sandbox.runtime`. */
  readonly runtime: string | null;
}

/** Whether the engine can hold agents, in its own words. */
export function engineFindings(engine: ExaminedEngine): readonly Finding[] {
  return [engineFinding(engine), cgroupFinding(engine), usersFinding(engine), runtimeFinding(engine)];
}

function engineFinding({ address, version, info }: ExaminedEngine): Finding {
  const name = 'engine';
  const { product, number } = productOf(version);
  const detail = `${product} ${number} at ${address.url} (${address.source})`;
  const wrong = (why: string, mend: string) => ({ name, ok: false, detail: `${detail}: ${why}`, mend });
  if (product === 'Docker' && isOlder(number))
    return wrong('too old', `install Docker ${DOCKER_LEAST.join('.')} or newer`);
  if (info.OSType !== 'linux') return wrong(`it runs ${info.OSType} containers`, `use an engine on Linux: ${HOSTS}`);
  return { name, ok: true, detail };
}

function productOf(version: unknown): { readonly product: 'Docker' | 'Podman'; readonly number: string } {
  const { Version, Components } = versionAnswer.catch({ Version: 'of an unknown version' }).parse(version);
  const podman = Components?.find((component) => /podman/i.test(component.Name));
  return podman ? { product: 'Podman', number: podman.Version } : { product: 'Docker', number: Version };
}

function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = DOCKER_LEAST;
  if (major === undefined || Number.isNaN(major)) return false;
  return major < leastMajor || (major === leastMajor && (minor ?? 0) < leastMinor);
}

function cgroupFinding({ info }: ExaminedEngine): Finding {
  const driver = factsOf(info).limits.hasOwnGroup ? [] : ['without one for each container'];
  return { name: 'cgroup', ok: true, detail: [`version ${info.CgroupVersion}`, ...driver].join(', ') };
}

function usersFinding({ info }: ExaminedEngine): Finding {
  const { shiftsUsers } = factsOf(info);
  const detail = shiftsUsers
    ? `others in a container than outside (${shiftsUsers}): workspaces are shipped into volumes of the engine`
    : 'the same in a container and outside';
  return { name: 'users', ok: true, detail };
}

function runtimeFinding({ info, runtime }: ExaminedEngine): Finding {
  const name = 'runtime';
  const known = Object.keys(info.Runtimes);
  if (runtime === null) return { name, ok: true, detail: "the engine's default" };
  if (known.includes(runtime)) return { name, ok: true, detail: runtime };
  const detail = `the engine has no ${runtime}, only ${known.join(', ')}`;
  return { name, ok: false, detail, mend: 'register it with the engine, or change sandbox.runtime' };
}
