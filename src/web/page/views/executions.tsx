import { OUTCOMES } from '../../../domain/execution.ts';
import type { ExecutionView as Execution } from '../../../operator/views/execution-list.ts';
import { RowList } from '../parts/row-list.tsx';
import { ExecutionTable } from '../parts/row-tables.tsx';
import type { Place } from '../shell/router.ts';
import { ExecutionView } from './execution.tsx';

/** Every run of an agent, the newest first. */
export function ExecutionsView({ place }: { readonly place: Place }) {
  const [id] = place.rest;
  return id === undefined ? (
    <RowList<Execution>
      title="Executions"
      path="/api/executions"
      place={place}
      filter={{ name: 'outcome', title: 'Outcome', words: OUTCOMES }}
      table={(rows) => <ExecutionTable rows={rows} />}
    />
  ) : (
    <ExecutionView key={id} id={id} />
  );
}
