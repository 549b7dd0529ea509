import { pipeline } from 'node:stream/promises';
import type { Container } from 'dockerode';
import { extract } from 'tar-stream';
import { BpError } from '../../../platform/errors.ts';
import { parseReport, type EndedEvent } from '../../lifecycle/supervisor-events.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { LABEL } from '../labels.ts';
import { removeVolume } from './report-volumes.ts';
import { createContainer, inspectContainer, tryToRemove } from './container.ts';

/** Where the supervisor keeps its report, in a volume of the engine's own. */
export const REPORT_DIRECTORY = '/run/bp-report';

/** What an ended container has left of its report. */
export interface KeptReport {
  readonly report: EndedEvent | undefined;
  /** The end of what was printed, as far as the program hadn't confirmed it. */
  readonly output: Buffer;
  /** As docs/stream.md describes them. */
  readonly sources: Buffer;
}

const REPORT_BYTES_MAX = 16_384;
/** What the supervisor holds, and the most that two pipes can. */
const OUTPUT_BYTES_MAX = 3 * 1024 * 1024;
/** With the headers and the padding of an archive. */
const ARCHIVE_BYTES_MAX = OUTPUT_BYTES_MAX + OUTPUT_BYTES_MAX / 8 + REPORT_BYTES_MAX + 16_384;

/**
 * Reads it from a container that has ended and is still there. It reads through another container, which is never
 * started, since the engine hands out nothing of one whose workspace isn't where it was. Rejects with a `BpError`.
 */
export async function readKeptReport(
  client: DockerClient,
  container: Container,
  signal: AbortSignal,
): Promise<KeptReport> {
  const found = await inspectContainer(client, container.id, signal);
  const volume = found?.Mounts.find(({ Destination }) => Destination === REPORT_DIRECTORY)?.Name;
  // With a container that is being removed its volume goes; one of the same name would be made anew, and stay.
  if (!found || volume === undefined || found.State.Status === 'removing')
    throw new BpError('sandbox_engine', 'the container has no report');
  const { [LABEL.stream]: _, ...labels } = found.Config.Labels;
  const reader = await createContainer(client, {
    Image: found.Image,
    Labels: labels,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: volume, Target: REPORT_DIRECTORY, ReadOnly: true }],
    },
  });
  try {
    return await client.call('hand out the report of a container', signal, async (abortSignal) => {
      const files = await readFiles(await reader.getArchive({ path: REPORT_DIRECTORY, abortSignal }));
      const report = files.get('report.json');
      return {
        report: report && report.length <= REPORT_BYTES_MAX ? parseReport(report.toString('utf8')) : undefined,
        output: files.get('output') ?? Buffer.alloc(0),
        sources: files.get('sources') ?? Buffer.alloc(0),
      };
    });
  } finally {
    await tryToRemove(client, reader);
    if (!(await inspectContainer(client, container.id, signal))) await removeVolume(client, volume);
  }
}

/** The files of an archive by their last name. Rejects where it is too large. */
async function readFiles(archive: NodeJS.ReadableStream): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  let bytes = 0;
  reader.on('entry', ({ name, type }, content, next) => {
    const chunks: Buffer[] = [];
    content.on('data', (chunk: Buffer) => chunks.push(chunk));
    content.on('end', () => {
      if (type === 'file') files.set(name.slice(name.lastIndexOf('/') + 1), Buffer.concat(chunks));
      next();
    });
  });
  archive.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ARCHIVE_BYTES_MAX) reader.destroy(new Error('the report of a container is too large'));
  });
  await pipeline(archive, reader);
  return files;
}
