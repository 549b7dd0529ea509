import { accept, refuse, type Result } from '../domain/refusal.ts';
import type { Model } from './provider.ts';

/** As the SDKs of all formats read a list of models: each finds the fields that it knows. */
export function modelList(models: readonly Model[]) {
  return {
    object: 'list',
    data: models.map(modelView),
    models: models.map(googleView),
    has_more: false,
    first_id: models.at(0)?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  };
}

/** Refuses: `unknown_model`. */
export function oneModel(models: readonly Model[], name: string): Result<object> {
  const model = models.find((known) => known.name === name);
  return model ? accept({ ...modelView(model), ...googleView(model) }) : unknownModel(name);
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
    /** Which of the formats it is asked in. */
    format: provider.kind,
    embeds,
    output_max: outputMax,
    budget_tokens_per_token: weights,
  };
}

const GOOGLES_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens'];

function googleView({ name, provider, outputMax, embeds }: Model) {
  return {
    name: `models/${name}`,
    displayName: name,
    outputTokenLimit: outputMax,
    /** None: it is asked in another format. */
    supportedGenerationMethods: provider.kind === 'google' && !embeds ? GOOGLES_METHODS : [],
  };
}
