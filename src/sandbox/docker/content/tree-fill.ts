import { Readable } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import { whileItMoves } from '../../content/shipped/progress.ts';
import { treeArchive } from '../../content/tree-archive.ts';
import type { ContentTree } from '../../sandbox.ts';
import { engineError } from '../client/engine-error.ts';
import type { Fill } from './engine-contents.ts';
import { CONTENT } from './holder.ts';

/**
 * Sends a tree of this host to its engine. Rejects with `sandbox_content_changed` where it is not any more what was
 * looked at, with `sandbox_content` where nothing passes for too long, and with what the engine rejects with.
 */
export function fromTree(tree: ContentTree, clock: Clock): Fill {
  return async ({ holder }, signal) => {
    const over = new AbortController();
    const sent = { passed: 0, close: (error?: Error) => over.abort(error) };
    let failure: Error | undefined;
    const archive = Readable.from(
      watched(tree, sent, (error) => (failure ??= engineError('take content', error))),
      { objectMode: false },
    );
    // The engine would wait for the rest of an archive that has broken off.
    archive.on('error', (error) => over.abort(error));
    try {
      await whileItMoves(clock, sent, signal, () =>
        holder.putArchive(archive, { path: CONTENT, abortSignal: over.signal }),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw failure ?? engineError('take content', over.signal.aborted ? over.signal.reason : error);
    } finally {
      archive.destroy();
    }
  };
}

async function* watched(
  tree: ContentTree,
  sent: { passed: number },
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of treeArchive(tree)) {
      yield piece;
      sent.passed += piece.length;
    }
  } catch (error) {
    failed(error);
    throw error;
  }
}
