import type { LiveView } from '../operator/views/live-view.ts';
import { sanitiseLine } from './sanitise.ts';

type Spending = NonNullable<LiveView['spending']>;

/** What models have cost, for `status` and the live view; nothing where there are none. */
export function spendingLines(spending: Spending | null): readonly string[] {
  if (!spending) return [];
  const { currency, today, total, by_agent: agents, by_model: models, unpriced } = spending;
  const shares = (all: Spending['by_agent']) =>
    all
      .map(({ name, money, tokens }) => `${sanitiseLine(name, 60)} ${amounts({ money, tokens }, currency)}`)
      .join(' · ');
  const reserved = { money: today.reserved_money, tokens: today.reserved_tokens };
  return [
    `models      ${spent(today, currency)} today · ${spent(total, currency)} in all` +
      (reserved.tokens > 0 ? ` · ${amounts(reserved, currency)} reserved` : ''),
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

function amounts({ money, tokens }: { readonly money: number; readonly tokens: number }, currency: string): string {
  const counted = `${shown(tokens)} tokens`;
  return money > 0 ? `${shown(money)} ${sanitiseLine(currency)} (${counted})` : counted;
}

function upTo(value: number, limit: number | null): string {
  return limit === null ? shown(value) : `${shown(value)} of ${shown(limit)}`;
}

function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
