import { z } from 'zod';
import { BpError } from '../../../platform/errors.ts';

/** What has to be known of an engine. */
export interface EngineFacts {
  /** Its own name for itself; empty where it has none. */
  readonly id: string;
  readonly version: string;
  /** Podman behind its Docker-compatible socket, which takes some options in another form. */
  readonly isPodman: boolean;
  readonly cgroupVersion: 1 | 2;
  readonly cpus: number;
  /** Why a user in a container is another one outside, so that an agent could not own the host's folder. */
  readonly shiftsUsers: 'rootless' | 'userns-remap' | undefined;
  readonly limits: ClaimedLimits;
  /** Names that `sandbox.runtime` may have. */
  readonly runtimes: readonly string[];
}

/** What an engine says of itself; whether it is so shows in a container. */
export interface ClaimedLimits {
  /** Whether each container has a control group of its own. */
  readonly hasOwnGroup: boolean;
  readonly memory: boolean;
  readonly swap: boolean;
  readonly processes: boolean;
}

const engineInfo = z.object({
  ID: z.string().default(''),
  ServerVersion: z.string(),
  OSType: z.string().default('linux'),
  DockerRootDir: z.string().default(''),
  NCPU: z.int().positive(),
  MemTotal: z.int().positive().optional(),
  CgroupDriver: z.string().default(''),
  CgroupVersion: z.string().default('1'),
  MemoryLimit: z.boolean().default(true),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
  SwapLimit: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  // Podman's alone.
  BuildahVersion: z.string().optional(),
  // Some say it here, others among their security options.
  Rootless: z.boolean().default(false),
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
  if (info.OSType !== 'linux') throw unfit(`it runs ${info.OSType} containers, not Linux ones`);
  if (!has(info, 'seccomp')) throw unfit('it has no seccomp');
  return factsOf(info);
}

/** As `engineFacts`, whether it is fit or not. */
export function factsOf(info: EngineInfo): EngineFacts {
  const isRootless = info.Rootless || has(info, 'rootless');
  const cgroupVersion = info.CgroupVersion === '2' ? 2 : 1;
  // Groups of version 1 can't be left to a user, whatever driver and limits such an engine names.
  const hasOwnGroup = info.CgroupDriver !== 'none' && !(isRootless && cgroupVersion === 1);
  return {
    id: info.ID,
    version: info.ServerVersion,
    isPodman: info.BuildahVersion !== undefined,
    cgroupVersion,
    cpus: info.NCPU,
    shiftsUsers: isRootless ? 'rootless' : has(info, 'userns') ? 'userns-remap' : undefined,
    limits: {
      hasOwnGroup,
      memory: hasOwnGroup && info.MemoryLimit,
      swap: hasOwnGroup && info.SwapLimit,
      processes: hasOwnGroup && info.PidsLimit,
    },
    runtimes: Object.keys(info.Runtimes),
  };
}

/** Whether it names this among its security options. */
export function has(info: EngineInfo, option: string): boolean {
  return info.SecurityOptions.some((text) => text === `name=${option}` || text.startsWith(`name=${option},`));
}

function unfit(problem: string): BpError {
  return new BpError('sandbox_engine_unfit', `the Docker engine can't hold agents: ${problem}`, {
    hint: 'use a Docker engine for Linux containers; docs/handbook/machines-and-engines.md lists what works',
  });
}
