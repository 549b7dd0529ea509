import { getFile } from '../api.ts';
import { LetterText } from '../parts/letter.tsx';
import { Said, said } from '../parts/said.tsx';
import { bytes, moment } from '../shell/figures.ts';
import { href } from '../shell/router.ts';
import { endingOf, type ShownPrompt } from './shown-prompt.ts';
import { useState } from 'preact/hooks';

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
      {content === null ? (
        <p class="muted">(purged)</p>
      ) : (
        <LetterText text={withoutTitle(content, prompt.title)} label={`What ${agentId} wrote`} />
      )}
      <Files prompt={prompt} />
    </article>
  );
}

function Title({ prompt: { title, agent_id: agentId } }: { readonly prompt: ShownPrompt }) {
  return title === null || title.trim() === '' ? <>From {agentId}</> : <Said text={title} />;
}

/** A title that the letter repeats as its first heading isn't said twice. */
function withoutTitle(content: string, title: string | null): string {
  const [first = '', ...rest] = content.trimStart().split('\n');
  const heading = /^#{1,6}\s+(.*?)\s*#*\s*$/u.exec(first)?.[1];
  return title !== null && heading === title.trim() ? rest.join('\n') : content;
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
