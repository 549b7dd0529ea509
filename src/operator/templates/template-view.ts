import type { Config } from '../../config/schema.ts';
import type { Derived } from '../../config/supply.ts';
import { lackingOf, providerLine, settingLine, type Lacking } from './lacking.ts';
import type { FoundTemplate } from './template-folder.ts';

export type TemplateView = ReturnType<typeof templateView>;

/** A template with its needs, and what a home of this configuration lacks of them. */
export function templateView(template: FoundTemplate, config: Config, derived: Derived) {
  const { name, form } = template;
  const { title, needs } = form;
  return {
    name,
    title,
    program: programView(template),
    needs: { ...needs, format: needs.format ?? null },
    ...lackingView(lackingOf(needs, config, derived), undefined),
  };
}

export function programView({ program }: FoundTemplate) {
  return program ? { name: program.name, version: program.version } : null;
}

export function lackingView(lacking: Lacking, model: string | undefined) {
  return {
    lacks: lacking.lacks,
    lacks_provider: lacking.provider ?? null,
    /** What gives it: options of `run`, and a line of bp-agents.yaml. */
    set: settingLine(lacking) ?? null,
    configure: providerLine(lacking, model) ?? null,
  };
}
