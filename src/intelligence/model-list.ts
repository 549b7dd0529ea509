import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Model } from './provider.ts';

/** As both SDKs read a list of models: each finds the fields that it knows. */
export function modelList(models: readonly Model[]) {
  return {
    object: 'list',
    data: models.map(modelView),
    has_more: false,
    first_id: models.at(0)?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  };
}

/** Refuses: `unknown_model`. */
export function oneModel(models: readonly Model[], name: string): Result<ReturnType<typeof modelView>> {
  const model = models.find((known) => known.name === name);
  return model ? accept(modelView(model)) : unknownModel(name);
}

export function unknownModel(name: string) {
  return refuse('unknown_model', `there is no model ${name}; GET /v1/models lists those that there are`, {
    field: 'model',
  });
}

function modelView({ name, provider, outputMax, weights, embeds }: Model) {
  return {
    id: name,
    object: 'model',
    type: 'model',
    display_name: name,
    owned_by: provider.name,
    created: 0,
    created_at: '1970-01-01T00:00:00Z',
    /** Which of the two formats it is asked in. */
    format: provider.kind,
    embeds,
    output_max: outputMax,
    budget_tokens_per_token: weights,
  };
}
