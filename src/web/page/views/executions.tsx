import { useState } from 'preact/hooks';
import { OUTCOMES } from '../../../domain/execution.ts';
import type { ExecutionView as Execution } from '../../../operator/views/execution-list.ts';
import type { RowPage } from '../../../operator/views/row-page.ts';
import { Answer } from '../parts/answer.tsx';
import { allOr, ChoiceFilter, Filters, TextFilter } from '../parts/filters.tsx';
import { Pager } from '../parts/pager.tsx';
import { ExecutionTable } from '../parts/row-tables.tsx';
import { useRefreshed } from '../parts/use-refreshed.ts';
import type { Place } from '../shell/router.ts';
import { ExecutionView } from './execution.tsx';

const ROWS = '50';

/** Every run of an agent, the newest first. */
export function ExecutionsView({ place }: { readonly place: Place }) {
  const [id] = place.rest;
  return id === undefined ? <ExecutionsList place={place} /> : <ExecutionView key={id} id={id} />;
}

function ExecutionsList({ place }: { readonly place: Place }) {
  const [agent, setAgent] = useState(place.query.get('agent') ?? '');
  const [outcome, setOutcome] = useState('');
  const [before, setBefore] = useState<number>();
  const query = new URLSearchParams({ limit: ROWS });
  if (agent !== '') query.set('agent', agent);
  if (outcome !== '') query.set('outcome', outcome);
  if (before !== undefined) query.set('before', String(before));
  const data = useRefreshed<RowPage<Execution>>(`/api/executions?${query.toString()}`);
  const change = (set: () => void) => {
    set();
    setBefore(undefined);
  };
  return (
    <div class="view">
      <h1 tabIndex={-1}>Executions</h1>
      <Filters>
        <TextFilter title="Agent" value={agent} onValue={(value) => change(() => setAgent(value))} />
        <ChoiceFilter
          title="Outcome"
          value={outcome}
          onValue={(value) => change(() => setOutcome(value))}
          choices={allOr(OUTCOMES)}
        />
      </Filters>
      <Answer data={data}>
        {({ rows, next }) => (
          <>
            <ExecutionTable rows={rows} />
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
