import { realpathSync } from 'node:fs';
import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../platform/clock.ts';
import { diskFinding } from '../../../platform/disk-finding.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Finding } from '../../../platform/finding.ts';
import { createDockerClient, type DockerClient } from '../client/docker-client.ts';
import { engineError } from '../client/engine-error.ts';
import { engineInfoOf, factsOf, has, type EngineFacts, type EngineInfo } from '../client/engine-facts.ts';
import { engineFindings } from './engine-findings.ts';
import { findEngine, type EngineAddress, type EngineSearch } from '../client/engine-address.ts';
import { connectEngine, type EngineConnection } from '../client/engine-connection.ts';
import { engineMachine } from '../client/engine-machine.ts';
import { limitFindings } from './limit-findings.ts';
import { imageState, type ImageState } from '../image/image.ts';
import { imageFacts } from '../image/image-facts.ts';
import { homeLabelOf } from '../labels.ts';
import { readSeccomp } from '../container/seccomp.ts';
import { leftoverFinding } from './leftover-findings.ts';
import { quotaFinding } from '../../content/quota-finding.ts';
import { quotaMissing } from '../../content/quota-means.ts';
import { alwaysShipped } from '../../content/workspaces.ts';

export interface Examination extends EngineSearch {
  readonly config: Config['sandbox'];
  /** The home's folder, which may not be there yet. */
  readonly home: string;
  /** What stands under this home's label is in use. */
  readonly isRunning: boolean;
  /** The folder `runtime/` of this package, and the seccomp profile in it. */
  readonly runtimeDirectory: string;
  readonly seccompPath: string;
  readonly clock: Clock;
  readonly uid: number;
}

/** All that agents need of this machine and its engine, for `doctor`. Changes nothing. */
export async function examine(options: Examination, signal: AbortSignal): Promise<readonly Finding[]> {
  const { environment, uid } = options;
  const home = realHome(options.home);
  const wanted = options.config.workspace_quota;
  const missing = await quotaMissing({ uid, searchPath: environment['PATH'] ?? '', wanted });
  const isShipped = alwaysShipped(options.config) !== undefined;
  const { findings, watched } = await engineAndAll({ ...options, home }, signal, isShipped ? SHIPPED : missing);
  return [...findings, quotaFinding(watched)];
}

/** A home that is still to be made has left nothing behind under any name. */
function realHome(home: string): string {
  try {
    return realpathSync(home);
  } catch {
    return home;
  }
}

const SHIPPED = 'they are volumes of the engine';

interface ExaminedAll {
  readonly findings: readonly Finding[];
  /** Why workspaces are only watched. */
  readonly watched: string | undefined;
}

/** Where the engine doesn't answer, that is the one finding about it. `missing`: what this machine lacks for quotas. */
async function engineAndAll(
  options: Examination,
  signal: AbortSignal,
  missing: string | undefined,
): Promise<ExaminedAll> {
  let address: EngineAddress | undefined;
  let connection: EngineConnection | undefined;
  try {
    address = await findEngine(options, { unproven: options.config.engine_unproven });
    connection = connectEngine(address, options);
    const { docker } = connection;
    const client = createDockerClient(docker, options.clock);
    const info = engineInfoOf(await client.call('describe itself', signal, () => docker.info()));
    if (!info) throw new BpError('sandbox_engine_unfit', `what answers at ${address.url} is no Docker engine`);
    const version = await client.call('tell its version', signal, () => docker.version());
    const { config, home, isRunning } = options;
    const facts = factsOf(info);
    const isElsewhere = address.connection.kind !== 'socket' || engineMachine(info) !== undefined;
    const watched = facts.shiftsUsers || isElsewhere ? SHIPPED : missing;
    const findings = [
      ...engineFindings({ address, version, info, runtime: config.runtime }),
      ...limitFindings({
        facts,
        accepted: config.accept_unheld,
        ...holdsHere(options, facts, { watched, isElsewhere }),
      }),
      await seccompFinding(info, options.seccompPath),
      await imageFinding(client, options, signal),
      ...(address.connection.kind === 'socket' ? [diskFinding('engine_disk', info.DockerRootDir)] : []),
      await leftoverFinding({ client, home, homeLabel: homeLabelOf(home), isRunning }, signal),
    ];
    return { findings, watched };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { message, hint = 'see docs/handbook/machines-and-engines.md#which-hosts-work' } = engineError(
      'answer',
      error,
    );
    const detail = address ? `${message} at ${address.url} (${address.source})` : message;
    const mend = address?.source === 'DOCKER_HOST' ? `${hint}, or set DOCKER_HOST to one that answers` : hint;
    return { findings: [{ name: 'engine', ok: false, detail, mend }], watched: missing };
  } finally {
    connection?.close();
  }
}

/** As root, and for what is shipped, agents have users of their own. Control groups of another machine are out of reach. */
function holdsHere(
  { uid }: Examination,
  facts: EngineFacts,
  { watched, isElsewhere }: { readonly watched: string | undefined; readonly isElsewhere: boolean },
) {
  const isRoot = uid === 0;
  return {
    workspaceWatched: watched,
    hasOwnUser: isRoot || watched === SHIPPED,
    boundsSockets: isRoot && facts.limits.hasOwnGroup && !isElsewhere,
  };
}

async function seccompFinding(info: EngineInfo, path: string): Promise<Finding> {
  const name = 'seccomp';
  if (!has(info, 'seccomp'))
    return { name, ok: false, detail: 'the engine has none', mend: 'use an engine and a kernel with seccomp' };
  try {
    await readSeccomp(path);
    return { name, ok: true, detail: `the engine has it; profile: ${path}` };
  } catch (error) {
    const { message, hint } = engineError('read it', error);
    return { name, ok: false, detail: message, mend: hint ?? 'install the program anew' };
  }
}

const IMAGE: Readonly<Record<ImageState, Omit<Finding, 'name'>>> = {
  current: { ok: true, detail: 'built from the present runtime/' },
  stale: { ok: false, detail: 'older than runtime/', mend: 'bp-agents image' },
  missing: { ok: false, detail: 'not built yet', mend: 'bp-agents image' },
};

async function imageFinding(client: DockerClient, options: Examination, signal: AbortSignal): Promise<Finding> {
  const { image } = options.config;
  const request = { ...options, client, image, signal };
  const finding = IMAGE[await imageState(request)];
  const facts = await imageFacts(client, image, signal);
  const built = facts ? ` (of ${facts.createdAt.slice(0, 10)})` : '';
  return { name: 'image', ...finding, detail: `${image}: ${finding.detail}${built}` };
}
