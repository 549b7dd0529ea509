import type { Model } from './provider.ts';

/** As both SDKs read a list of models: each finds the fields that it knows. */
export function modelList(models: readonly Model[]) {
  return {
    object: 'list',
    data: models.map(({ name, provider, outputMax, weights, embeds }) => ({
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
    })),
    has_more: false,
    first_id: models.at(0)?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  };
}
