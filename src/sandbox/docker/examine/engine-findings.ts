import type Docker from 'dockerode';
import { z } from 'zod';
import type { Finding } from '../../../platform/finding.ts';
import { findWarnings, has, type EngineInfo } from '../client/engine-facts.ts';
import type { EngineAddress } from '../client/engine-address.ts';

/** The oldest engine of Docker's that this was made for. */
const DOCKER_LEAST = [20, 10] as const;
const HOSTS = 'docs/operating.md#which-hosts-work';

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
  readonly uid: number;
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
  return { name, ok: true, detail: [detail, ...findWarnings(info)].join('; ') };
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

function cgroupFinding({ info, uid }: ExaminedEngine): Finding {
  const name = 'cgroup';
  const version = `version ${info.CgroupVersion}`;
  const missing = [...(info.MemoryLimit ? [] : ['memory']), ...(info.PidsLimit ? [] : ['pids'])];
  if (missing.length > 0) {
    const detail = `${version}, without ${missing.join(' and ')}: nothing would limit agents there`;
    return { name, ok: false, detail, mend: 'boot with cgroup_enable=memory swapaccount=1, or use cgroup v2' };
  }
  const weak = [
    ...(info.SwapLimit ? [] : ['swap is not counted: an agent may use some beyond its memory']),
    ...(info.CgroupVersion === '1' && uid !== 0 ? ['not root: buffers of TCP sockets are not limited'] : []),
  ];
  return { name, ok: true, detail: [version, ...weak].join('; ') };
}

function usersFinding({ info }: ExaminedEngine): Finding {
  const name = 'users';
  const mend = `use a rootful engine without userns-remap: ${HOSTS}`;
  if (has(info, 'rootless'))
    return { name, ok: false, detail: 'the engine is rootless: an agent could not own its workspace', mend };
  if (has(info, 'userns'))
    return { name, ok: false, detail: 'the engine shifts user ids: an agent could not own its workspace', mend };
  return { name, ok: true, detail: 'user ids are the same in a container and outside' };
}

function runtimeFinding({ info, runtime }: ExaminedEngine): Finding {
  const name = 'runtime';
  const known = Object.keys(info.Runtimes);
  if (runtime === null) return { name, ok: true, detail: "the engine's default" };
  if (known.includes(runtime)) return { name, ok: true, detail: runtime };
  const detail = `the engine has no ${runtime}, only ${known.join(', ')}`;
  return { name, ok: false, detail, mend: 'register it with the engine, or change sandbox.runtime' };
}
