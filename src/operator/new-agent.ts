import type { AgentFile } from '../domain/agent.ts';
import type { MicroCredits } from '../domain/credits.ts';
import { toCredits } from '../domain/credits.ts';
import { formatId } from '../domain/ids.ts';
import { accept, type Result } from '../domain/refusal.ts';
import { bundleView, type Bundle } from '../domain/resources.ts';
import { laidOver, type Program } from '../domain/template.ts';
import type { BootstrappedAgent } from '../economy/agents/bootstrap-agent.ts';
import { newAgent, refusalOfNewAgent } from '../economy/agents/new-agent.ts';
import type { Home } from './home.ts';
import { bundleOf, checkSellable, lackingOf, type Lacking } from './templates/lacking.ts';
import { lackingView, programView } from './templates/template-view.ts';
import { chooseModel } from './templates/model-choice.ts';
import type { FoundTemplate } from './templates/template-folder.ts';

export interface ResidentOrder {
  readonly id: string;
  readonly template: FoundTemplate;
  readonly model?: string | undefined;
  /** Of its first bid; by default what the market asks. */
  readonly amount?: MicroCredits | undefined;
  readonly credits?: MicroCredits | undefined;
}

export interface Resident extends BootstrappedAgent {
  readonly template: FoundTemplate;
  readonly model: string | undefined;
  readonly bundle: Bundle;
  /** What its home still has too little of. */
  readonly lacking: Lacking;
}

export interface NewAgentDeps {
  /** Sees to it that the program is on the engine. */
  readonly install: (program: Program) => Promise<void>;
}

/** Tells an entry point what the operator wants of it. */
const SETTINGS = 'agent.json';

/**
 * Makes an agent of a template, also while a `run` goes on. Whatever can be refused is refused before anything is made.
 * Then its program is brought to the engine, where it isn't there yet. Only then the agent is made, with its first bid. So
 * what fails or is cut off in between leaves no agent.
 *
 * Refuses: `no_supply` and `bundle_exceeds_supply` where the bundle could never be sold, and what `chooseModel` and
 * `newAgent` refuse. Rejects as `install` does.
 */
export async function makeResident(
  { install }: NewAgentDeps,
  { economy, config }: Home,
  { id, template, model: wanted, amount, credits }: ResidentOrder,
): Promise<Result<Resident>> {
  const { form, name, program } = template;
  const lacking = lackingOf(form.needs, config, economy.derived);
  const sellable = checkSellable(name, lacking);
  if (!sellable.ok) return sellable;
  const model = chooseModel(template, wanted, config.intelligence);
  if (!model.ok) return model;
  const bundle = bundleOf(form.needs);
  const order = { id, template, bundle, amount, credits, files: laidOver(template, [settings(model.value)]) };
  const refusal = refusalOfNewAgent(economy, order);
  if (refusal) return refusal;
  if (program) await install(program);
  const made = newAgent(economy, order);
  return made.ok ? accept({ ...made.value, template, model: model.value, bundle, lacking }) : made;
}

function settings(model: string | undefined): AgentFile {
  const content = Buffer.from(`${JSON.stringify({ model: model ?? null })}\n`);
  return { path: SETTINGS, content, executable: false };
}

export function residentView(resident: Resident) {
  const { agentId, template, model, granted, bidId, amount, reserve, available, bundle, lacking } = resident;
  return {
    agent_id: agentId,
    template: template.name,
    program: programView(template),
    model: model ?? null,
    granted: toCredits(granted),
    bid_id: formatId('bid', bidId),
    bundle: bundleView(bundle),
    amount: toCredits(amount),
    reserve: toCredits(reserve),
    available: toCredits(available),
    waits_for_human: resident.waitsForHuman,
    ...lackingView(lacking, model),
  };
}
