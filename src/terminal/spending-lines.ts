import type { LiveView } from '../operator/views/live-view.ts';
import { sanitiseLine } from './sanitise.ts';

type Spending = NonNullable<LiveView['spending']>;

/** What models have cost, for `status` and the live view; nothing where there are none. */
export function spendingLines(spending: Spending | null): readonly string[] {
  if (!spending) return [];
  const { currency, today, total, by_agent: agents, by_model: models, unpriced } = spending;
  const shares = (all: Spending['by_agent']) =>
    all.map((one) => `${sanitiseLine(one.name, 60)} ${share(one, currency)}`).join(' · ');
  const reserved = { money: today.reserved_money, tokens: today.reserved_tokens };
  return [
    `models      ${spent(today, currency)} today${reserved.tokens > 0 ? `, ${share(reserved, currency)} reserved` : ''}`,
    `  in all    ${spent(total, currency)}`,
    ...(agents.length > 0 ? [`  by agent  ${shares(agents)}`, `  by model  ${shares(models)}`] : []),
    ...(unpriced.length > 0 ? [`  no price  ${unpriced.map((name) => sanitiseLine(name, 60)).join(', ')}`] : []),
  ];
}

/** `0.5 of 5 USD, 1,200 tokens`. */
function spent(span: Spending['today'], currency: string): string {
  const { money, tokens, money_limit: moneyLimit, tokens_limit: tokensLimit } = span;
  const parts = [
    ...(money > 0 || moneyLimit !== null ? [`${upTo(money, moneyLimit)} ${sanitiseLine(currency)}`] : []),
    `${upTo(tokens, tokensLimit)} tokens`,
  ];
  return parts.join(', ');
}

/** In money where it costs any: a line has little room. */
function share({ money, tokens }: { readonly money: number; readonly tokens: number }, currency: string): string {
  return money > 0 ? `${shown(money)} ${sanitiseLine(currency)}` : `${shown(tokens)} tokens`;
}

function upTo(value: number, limit: number | null): string {
  return limit === null ? shown(value) : `${shown(value)} of ${shown(limit)}`;
}

function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
