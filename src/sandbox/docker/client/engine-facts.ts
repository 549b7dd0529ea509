import { z } from 'zod';
import { BpError } from '../../../platform/errors.ts';

/** What has to be known of an engine, and whether it can hold an agent at all. */
export interface EngineFacts {
  readonly version: string;
  /** Podman behind its Docker-compatible socket, which takes some options in another form. */
  readonly isPodman: boolean;
  readonly cgroupVersion: 1 | 2;
  readonly cpus: number;
  readonly rootless: boolean;
  /** Names that `sandbox.runtime` may have. */
  readonly runtimes: readonly string[];
  /** One line each for what works less well than it could. */
  readonly warnings: readonly string[];
}

const engineInfo = z.object({
  ServerVersion: z.string(),
  OSType: z.string().default('linux'),
  DockerRootDir: z.string().default(''),
  NCPU: z.int().positive(),
  MemTotal: z.int().positive().optional(),
  CgroupVersion: z.string().default('1'),
  MemoryLimit: z.boolean().default(true),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
  SwapLimit: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  // Podman's alone.
  BuildahVersion: z.string().optional(),
  SecurityOptions: z
    .array(z.string())
    .nullish()
    .transform((options) => options ?? []),
});
export type EngineInfo = z.output<typeof engineInfo>;

/** An engine's description of itself, fit or not; undefined where it is none. */
export function engineInfoOf(answer: unknown): EngineInfo | undefined {
  return engineInfo.safeParse(answer).data;
}

/** The facts in an engine's description of itself; throws `sandbox_engine_unfit`. */
export function engineFacts(answer: unknown): EngineFacts {
  const info = engineInfoOf(answer);
  if (!info) throw unfit('its description of itself is not that of a Docker engine');
  const problem = findProblem(info);
  if (problem !== undefined) throw unfit(problem);
  return {
    version: info.ServerVersion,
    isPodman: info.BuildahVersion !== undefined,
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    cpus: info.NCPU,
    rootless: has(info, 'rootless'),
    runtimes: Object.keys(info.Runtimes),
    warnings: findWarnings(info),
  };
}

function findProblem(info: EngineInfo): string | undefined {
  if (info.OSType !== 'linux') return `it runs ${info.OSType} containers, not Linux ones`;
  if (!info.MemoryLimit) return 'its kernel does not limit memory (memory cgroup)';
  if (!info.PidsLimit) return 'its kernel does not limit processes (pids cgroup)';
  if (!has(info, 'seccomp')) return 'it has no seccomp';
  // A workspace belongs to the agent's user; with shifted users that one would be somebody else inside.
  if (has(info, 'rootless')) return 'it is rootless, so that an agent could not own its workspace';
  if (has(info, 'userns')) return 'it shifts user ids (userns-remap), so that an agent could not own its workspace';
  return undefined;
}

const PODMAN_LACKS =
  'the engine is Podman: files in /tmp are limited by their size and the memory bought, not in number';

/** What works less well than it could, one line each; `run` and `doctor` tell it. */
export function findWarnings(info: EngineInfo): readonly string[] {
  return [
    ...(info.SwapLimit ? [] : ['the kernel does not count swap: an agent may use swap beyond its memory']),
    ...(info.BuildahVersion === undefined ? [] : [PODMAN_LACKS]),
  ];
}

/** Whether it names this among its security options. */
export function has(info: EngineInfo, option: string): boolean {
  return info.SecurityOptions.some((text) => text === `name=${option}` || text.startsWith(`name=${option},`));
}

function unfit(problem: string): BpError {
  return new BpError('sandbox_engine_unfit', `the Docker engine can't hold agents: ${problem}`, {
    hint: 'use a rootful Docker engine on Linux; docs/operating.md lists what works',
  });
}
