import { useMemo, useState } from 'preact/hooks';
import { readLetter } from '../../../operator/letter/read-letter.ts';
import { withoutRepeats } from '../../../operator/letter/without-repeats.ts';
import { getFile } from '../api.ts';
import { LetterText } from '../parts/letter.tsx';
import { Said, said } from '../parts/said.tsx';
import { bytes, moment } from '../shell/figures.ts';
import { href } from '../shell/router.ts';
import { endingOf, type ShownPrompt } from './shown-prompt.ts';

/** What the agent shows, with its files and what it answers. */
export function PromptLetter({ prompt }: { readonly prompt: ShownPrompt }) {
  const { id, agent_id: agentId, content, request, submitted_at: at, status } = prompt;
  return (
    <article class="prompt-letter sheet" aria-labelledby="prompt-title">
      <header>
        <p class="facts">
          <a href={href('agents', agentId)}>{agentId}</a>
          <span>{id}</span>
          {at !== null && <time dateTime={at}>{moment(at)}</time>}
          {status !== 'open' && <span>{endingOf(prompt)}</span>}
        </p>
        <h2 class="prompt-title" id="prompt-title" tabIndex={-1}>
          <Title prompt={prompt} />
        </h2>
      </header>
      {request !== null && (
        <div class="answers">
          <p class="muted">
            answers your <a href={href('requests', request.id)}>{request.id}</a>
          </p>
          {request.text === '' ? '(purged)' : said(request.text, 4000)}
        </div>
      )}
      {content === null ? <p class="muted">(purged)</p> : <Content key={id} content={content} prompt={prompt} />}
      <Files prompt={prompt} />
    </article>
  );
}

function Title({ prompt: { title, agent_id: agentId } }: { readonly prompt: ShownPrompt }) {
  return title === null || title.trim() === '' ? <>From {agentId}</> : <Said text={title} />;
}

/** Neither the title nor a greeting that is known is said twice; the greeting can be seen all the same. */
function Content({ content, prompt }: { readonly content: string; readonly prompt: ShownPrompt }) {
  const { title, agent_id: agentId, known_opening: known } = prompt;
  const [isUnfolded, setUnfolded] = useState(false);
  const { folded, unfolded } = useMemo(() => {
    const [whole, shownTitle] = [readLetter(content), title === null ? null : said(title)];
    return { folded: withoutRepeats(whole, shownTitle, known), unfolded: withoutRepeats(whole, shownTitle, null) };
  }, [content, title, known]);
  const { letter } = isUnfolded ? unfolded : folded;
  return (
    <>
      {folded.isFolded && (
        <button
          type="button"
          class="plain muted small"
          aria-expanded={isUnfolded}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          It begins as its last letter did
        </button>
      )}
      <LetterText letter={letter} label={`What ${agentId} wrote`} />
    </>
  );
}

function Files({ prompt: { id, files } }: { readonly prompt: ShownPrompt }) {
  const [problem, setProblem] = useState<string>();
  if (files.length === 0) return null;
  const take = (place: number, name: string) =>
    getFile(`/api/prompts/${encodeURIComponent(id)}/files/${place}`).then(
      (file) => {
        setProblem(undefined);
        save(file, name);
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  return (
    <section class="part" aria-label="Files that it brought">
      <ul class="files">
        {files.map(({ name, bytes: size, kept }, place) => (
          <li key={place}>
            {kept ? (
              <button
                type="button"
                class="plain"
                onClick={() => void take(place, name)}
                aria-label={`Save ${said(name)}`}
              >
                <Said text={name} />
              </button>
            ) : (
              <Said text={name} />
            )}
            <span class="muted small">{kept ? bytes(size) : `${bytes(size)}, kept no longer`}</span>
          </li>
        ))}
      </ul>
      {problem !== undefined && <p class="warn">{problem}</p>}
    </section>
  );
}

/** As a file of the browser's downloads, whatever is in it: nothing opens it. */
function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(new Blob([file], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = said(name.split('/').at(-1) ?? '', 120) || 'file';
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
