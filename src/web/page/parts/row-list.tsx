import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { RowPage } from '../../../operator/views/row-page.ts';
import type { Place } from '../shell/router.ts';
import { Answer } from './answer.tsx';
import { allOr, ChoiceFilter, Filters, TextFilter } from './filters.tsx';
import { Pager } from './pager.tsx';
import { useRefreshed } from './use-refreshed.ts';

const ROWS = '50';

export interface RowListOptions<Row> {
  readonly title: string;
  readonly path: string;
  /** Whose value in the address is the agent to begin with. */
  readonly place: Place;
  /** By what the rows are filtered besides their agent: the query's name, its title, and the words that it takes. */
  readonly filter: { readonly name: string; readonly title: string; readonly words: readonly string[] };
  readonly table: (rows: readonly Row[]) => ComponentChildren;
}

/** Rows in pages, the newest first, filtered by agent and by one word. */
export function RowList<Row>({ title, path, place, filter, table }: RowListOptions<Row>) {
  const [agent, setAgent] = useState(place.query.get('agent') ?? '');
  const [word, setWord] = useState('');
  const [before, setBefore] = useState<number>();
  const query = new URLSearchParams({ limit: ROWS });
  if (agent !== '') query.set('agent', agent);
  if (word !== '') query.set(filter.name, word);
  if (before !== undefined) query.set('before', String(before));
  const data = useRefreshed<RowPage<Row>>(`${path}?${query.toString()}`);
  const change = (set: () => void) => {
    set();
    setBefore(undefined);
  };
  return (
    <div class="view">
      <h1 tabIndex={-1}>{title}</h1>
      <Filters>
        <TextFilter title="Agent" value={agent} onValue={(value) => change(() => setAgent(value))} />
        <ChoiceFilter
          title={filter.title}
          value={word}
          onValue={(value) => change(() => setWord(value))}
          choices={allOr(filter.words)}
        />
      </Filters>
      <Answer data={data}>
        {({ rows, next }) => (
          <>
            {table(rows)}
            <Pager
              shown={
                rows.length === 0 && next !== null ? 'none among those looked through; the next page looks further' : ''
              }
              isFirst={before === undefined}
              next={next}
              onNext={setBefore}
              onFirst={() => setBefore(undefined)}
            />
          </>
        )}
      </Answer>
    </div>
  );
}
