import { pack } from 'tar-stream';
import { agentUser, SHIFTED_USERS } from '../../content/agent-user.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ContentProgram } from '../../sandbox.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { volume as volumeAt } from '../container/confined-host.ts';
import type { KnownSettings } from '../container/container-settings.ts';
import { npmStep } from '../install/install-steps.ts';
import { stepOptions } from '../install/install-options.ts';
import { packageSources, type SourcesRequest } from '../install/package-sources.ts';
import { runStep } from '../install/run-step.ts';
import { LABEL } from '../labels.ts';
import type { Fill } from './engine-contents.ts';
import { CONTENT } from './holder.ts';

export interface ProgramParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly settings: Pick<KnownSettings, 'get'>;
  readonly homeLabel: string;
  /** Where packages are found. */
  readonly sources: SourcesRequest;
}

/** The user who installs into a volume of the engine's is no user of this host. */
const NOBODY = { operator: { uid: 0, gid: 0 }, number: 0 };

/**
 * Installs what npm's two files say, in a container that has a network and nothing but the new content. No package runs a
 * program of its own meanwhile. Rejects as `runStep` does.
 */
export function fromProgram(parts: ProgramParts, { key, source }: ProgramOrder): Fill {
  return async ({ volume, holder }, signal) => {
    const { client, homeLabel } = parts;
    const settings = await parts.settings.get(signal);
    const config = settings.facts.shiftsUsers ? SHIFTED_USERS : settings.config;
    const user = agentUser({ operator: NOBODY.operator, config }, NOBODY.number);
    await client.call("take a program's files", signal, (abortSignal) =>
      holder.putArchive(archiveOf(source, user), { path: CONTENT, abortSignal }),
    );
    const sources = packageSources(parts.sources);
    const step = npmStep(true, { scripts: false, poetryIndex: false });
    const labels = { [LABEL.home]: homeLabel, [LABEL.content]: key, [LABEL.process]: String(process.pid) };
    const place = {
      name: undefined,
      labels,
      user,
      workspace: volumeAt(volume, '/workspace'),
      isNew: true,
      sources,
      step,
    };
    await runStep(
      parts,
      stepOptions(settings, place),
      { step, sources, scripts: 'never', onLine: source.onLine },
      signal,
    );
  };
}

interface ProgramOrder {
  readonly key: string;
  readonly source: ContentProgram;
}

function archiveOf({ manifest, lockfile }: ContentProgram, owner: { readonly uid: number; readonly gid: number }) {
  const archive = pack();
  archive.entry({ name: 'package.json', ...owner }, Buffer.from(manifest));
  archive.entry({ name: 'package-lock.json', ...owner }, Buffer.from(lockfile));
  archive.finalize();
  return archive;
}
