import { MATERIALS_PATH, type ContentMount } from '../sandbox/sandbox.ts';
import type { ExecutionStart } from '../economy/executions/handshake.ts';
import type { OrchestratorDeps } from './deps.ts';

export interface Exposure {
  readonly mounts: readonly ContentMount[];
  readonly materials: ExecutionStart['materials'];
}

/** What an execution that begins now sees of the operator's materials. Tells where that has changed. */
export async function exposeMaterials(
  { sandbox, logger, events }: Pick<OrchestratorDeps, 'sandbox' | 'logger' | 'events'>,
  signal: AbortSignal,
): Promise<Exposure> {
  const { content, files, bytes, news } = await sandbox.materials(signal);
  if (news) {
    if (news.problem === null) logger.info(news, 'materials as agents see them');
    else logger.warn(news, 'materials stay as agents saw them');
    events.publish({ kind: 'materials', seen: news });
  }
  if (content === null) return { mounts: [], materials: null };
  return { mounts: [{ content, at: MATERIALS_PATH }], materials: { path: MATERIALS_PATH, files, bytes } };
}

/** The same before any execution wants it. What fails now is met again by the first one that does. */
export async function placeMaterials(deps: Parameters<typeof exposeMaterials>[0], signal: AbortSignal): Promise<void> {
  await exposeMaterials(deps, signal).catch((error: unknown) => {
    deps.logger.debug({ err: error }, 'materials could not be placed at the start');
  });
}
