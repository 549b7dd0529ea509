import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { OutputPiece } from '../../../operator/views/output-piece.ts';
import { visibleLine } from '../../../domain/visible-line.ts';
import { Answer } from './answer.tsx';
import { bytes as sizeText } from '../shell/figures.ts';
import { useRefreshed } from './use-refreshed.ts';

/** So near the end counts as at the end. */
const NEAR_PX = 24;

/** What an execution printed: its end, and what is older on demand. It is text alone. */
export function Output({ executionId, isOver }: { readonly executionId: string; readonly isOver: boolean }) {
  const [from, setFrom] = useState<number>();
  const query = from === undefined ? '' : `?from=${from}`;
  const data = useRefreshed<OutputPiece>(`/api/executions/${encodeURIComponent(executionId)}/output${query}`);
  return (
    <Answer data={data}>
      {({ text, stderr, from: begin, up_to, bytes, piece }) =>
        bytes === null || bytes === 0 ? (
          <p class="none">{isOver ? 'It printed nothing, or what it printed is kept no longer.' : 'Nothing yet.'}</p>
        ) : (
          <>
            <Text text={text} stderr={stderr} label={`Output of ${executionId}`} isEnd={from === undefined} />
            <nav class="pager" aria-label="parts of the output">
              <button type="button" disabled={begin === 0} onClick={() => setFrom(Math.max(0, begin - piece))}>
                Older
              </button>
              <button type="button" disabled={up_to >= bytes} onClick={() => setFrom(up_to)}>
                Newer
              </button>
              <button type="button" disabled={from === undefined} onClick={() => setFrom(undefined)}>
                End
              </button>
              {stderr.length > 0 && (
                <span class="small">
                  <span class="stderr">marked</span>: by stderr
                </span>
              )}
              <span class="muted small">
                {begin === 0 && up_to >= bytes
                  ? sizeText(bytes)
                  : `${sizeText(begin)} to ${sizeText(up_to)} of ${sizeText(bytes)}`}
              </span>
            </nav>
          </>
        )
      }
    </Answer>
  );
}

interface TextProps extends Pick<OutputPiece, 'text' | 'stderr'> {
  readonly label: string;
  readonly isEnd: boolean;
}

/** What is printed is followed as long as its end is in sight. */
function Text({ text, stderr, label, isEnd }: TextProps) {
  const place = useRef<HTMLPreElement>(null);
  const isFollowed = useRef(true);
  useLayoutEffect(() => {
    if (place.current && isEnd && isFollowed.current) place.current.scrollTop = place.current.scrollHeight;
  }, [text, isEnd]);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: Element }) => {
    isFollowed.current = scrollTop + clientHeight >= scrollHeight - NEAR_PX;
  };
  return (
    <pre class="output" tabIndex={0} role="region" aria-label={label} ref={place} onScroll={onScroll}>
      {[...bySource(text, stderr)].map(({ part, isStderr }) =>
        isStderr ? <span class="stderr">{visibleOutput(part)}</span> : visibleOutput(part),
      )}
    </pre>
  );
}

function* bySource(text: string, stderr: OutputPiece['stderr']) {
  let at = 0;
  for (const [from, upTo] of stderr) {
    if (from > at) yield { part: text.slice(at, from), isStderr: false };
    yield { part: text.slice(from, upTo), isStderr: true };
    at = upTo;
  }
  if (at < text.length) yield { part: text.slice(at), isStderr: false };
}

function visibleOutput(text: string): string {
  return text.split('\n').map(visibleLineOf).join('\n');
}

function visibleLineOf(line: string): string {
  return visibleLine(line.replace(/\r$/, '').replaceAll('\t', '    '));
}
