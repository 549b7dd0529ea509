import { formatCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { Resident } from '../../operator/new-agent.ts';
import { providerLine, settingLine, type Lacking } from '../../operator/templates/lacking.ts';
import type { TemplateView } from '../../operator/templates/template-view.ts';
import { waitingLines } from './made-agent-lines.ts';
import type { Column } from './printing.ts';

export const TEMPLATE_COLUMNS: readonly Column<TemplateView>[] = [
  { title: 'template', value: ({ name }) => name },
  { title: 'what it is', value: ({ title }) => title },
  { title: 'program', value: ({ program }) => (program ? `${program.name} ${program.version}` : null) },
  { title: 'CPU s', value: ({ needs }) => needs.bundle.cpu_seconds, right: true },
  { title: 'MB', value: ({ needs }) => needs.bundle.memory_mb, right: true },
  { title: 'tokens', value: ({ needs }) => needs.bundle.tokens, right: true },
  { title: 'attention', value: ({ needs }) => needs.bundle.attention, right: true },
  { title: 'wall s', value: ({ needs }) => needs.wall_seconds, right: true },
  { title: 'tokens a cycle', value: ({ needs }) => needs.supply_tokens, right: true },
  { title: 'lacks', value: lackWord },
];

function lackWord({ lacks, lacks_provider: provider }: TemplateView): string | null {
  const words = [...lacks.map(({ key }) => key), ...(provider === null ? [] : [`a provider (${provider})`])];
  return words.length === 0 ? null : words.join(', ');
}

/** What gives each of them what it lacks. */
export function templateNotes(views: readonly TemplateView[]): readonly string[] {
  return views.flatMap(({ name, set, configure }) => [
    ...(set === null ? [] : [`${name}: ${set}`]),
    ...(configure === null ? [] : [`${name}: in bp-agents.yaml ${configure}`]),
  ]);
}

/** What people are told of an agent that was made of a template. */
export function residentLines(resident: Resident): readonly string[] {
  const { agentId, template, model, granted, bidId, amount, reserve, lacking } = resident;
  const asks = model === undefined ? '' : ` that asks ${model}`;
  return [
    `${agentId} is made, a ${template.name}${asks}, with ${formatCredits(granted)} credits`,
    `${formatId('bid', bidId)} offers ${formatCredits(amount)} for its first execution, whose reserve is ${formatCredits(reserve)}`,
    ...waitingLines(resident),
    ...lackingLines(lacking, model),
  ];
}

function lackingLines(lacking: Lacking, model: string | undefined): readonly string[] {
  const set = settingLine(lacking);
  const configure = providerLine(lacking, model);
  return [
    ...(set === undefined ? [] : [`this home has too little for it; what it takes, or in bp-agents.yaml: ${set}`]),
    ...(configure === undefined ? [] : [`this home has no model for it; in bp-agents.yaml: ${configure}`]),
  ];
}
