import type { Config } from '../../config/schema.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { KIND_OF } from './lacking.ts';
import type { FoundTemplate } from './template-folder.ts';

/**
 * The model that a new agent asks: the one that was named, else the first that can be asked in its format. Undefined
 * where it asks none, or there is none yet. Refuses: `invalid_value`, `unknown_model`, `wrong_format`.
 */
export function chooseModel(
  { name, form }: FoundTemplate,
  wanted: string | undefined,
  { providers }: Config['intelligence'],
): Result<string | undefined> {
  const { format } = form.needs;
  if (format === undefined) {
    if (wanted === undefined) return accept(undefined);
    return refuse('invalid_value', `${name} asks no model, so --model has no meaning`, { field: 'model' });
  }
  const asked = providers.flatMap(({ kind, models }) =>
    models.filter(({ embeds }) => !embeds).map((model) => ({ kind, names: [model.name, ...model.aliases] })),
  );
  const fitting = asked.filter(({ kind }) => kind === KIND_OF[format]);
  if (wanted === undefined) return accept(fitting[0]?.names[0]);
  if (fitting.some(({ names }) => names.includes(wanted))) return accept(wanted);
  const names = fitting.flatMap((model) => model.names).join(', ') || 'none';
  if (asked.some((model) => model.names.includes(wanted)))
    return refuse('wrong_format', `${name} asks in the format ${format}; models of it here: ${names}`, {
      field: 'model',
    });
  // A provider that is still lacking may bring it.
  if (fitting.length === 0) return accept(wanted);
  return refuse('unknown_model', `no provider of this home has that model; ${name} can ask ${names}`, {
    field: 'model',
  });
}
