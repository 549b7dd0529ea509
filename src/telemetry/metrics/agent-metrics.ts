import { toCredits } from '../../domain/credits.ts';
import type { Execution } from '../../domain/execution.ts';
import type { Economy } from '../../economy/economy.ts';
import { findAgent } from '../../economy/views/agent-view.ts';
import { balanceView } from '../../economy/views/balance-view.ts';
import type { glanceView } from '../../economy/views/status-view.ts';
import { AgentLabels, OTHER } from './agent-labels.ts';
import type { MetricKit } from './metric-kit.ts';

type Glance = ReturnType<typeof glanceView>;

/** Agents: how many there are, and what those do that have a label of their own. */
export class AgentMetrics {
  readonly #economy: Economy;
  readonly #labels: AgentLabels;
  readonly #agents;
  readonly #each;

  constructor(kit: MetricKit, economy: Economy) {
    this.#economy = economy;
    this.#labels = new AgentLabels(economy.config.metrics.agents_max);
    const agent = ['agent'] as const;
    this.#agents = kit.gauge('agents', 'Agents by status.', ['status']);
    this.#each = {
      balance: kit.gauge('agent_balance_credits', 'Credits that an agent has, those that it has bid included.', agent),
      executions: kit.counter('agent_executions_total', "Settled executions of an agent's.", agent),
      paid: kit.counter('agent_paid_credits_total', 'Credits that these had cost whoever paid for them.', agent),
      cpu: kit.counter('agent_cpu_used_seconds_total', 'CPU seconds that these used.', agent),
      tokens: kit.counter('agent_tokens_used_total', 'Tokens of the market that these used.', agent),
    };
  }

  settled({ agentId, price, usage, tokensUsed }: Execution): void {
    const agent = this.#labels.labelOf(agentId);
    const each = this.#each;
    each.executions.inc({ agent });
    each.paid.inc({ agent }, toCredits(price));
    each.cpu.inc({ agent }, (usage.cpuMs ?? 0) / 1000);
    each.tokens.inc({ agent }, tokensUsed);
  }

  /** Costs something for each label, and nothing for each agent. */
  refresh({ agents, credits }: Glance): void {
    for (const [status, count] of Object.entries(agents)) this.#agents.set({ status }, count);
    let rest = credits.held;
    for (const agent of this.#labels.named) {
      if (findAgent(this.#economy, agent)?.status === 'dead') this.#release(agent);
      else {
        const { posted } = balanceView(this.#economy, agent);
        this.#each.balance.set({ agent }, posted);
        rest -= posted;
      }
    }
    this.#each.balance.set({ agent: OTHER }, Math.max(0, rest));
  }

  /** Its numbers end here: what is no longer told does not grow. */
  #release(agent: string): void {
    this.#labels.release(agent);
    for (const metric of Object.values(this.#each)) metric.remove({ agent });
  }
}
