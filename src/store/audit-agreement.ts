import type { RenamedAgent } from './account-names.ts';
import { LOTS } from './audit-lots.ts';
import { ROYALTIES } from './audit-royalties.ts';

/**
 * What the other tables must say so that they agree with the ledger. Each query finds the first row that doesn't and
 * makes the sentence about it. Written for `audit` alone: nothing here is shared with the code that writes the rows.
 */

/** A ledger row that isn't the completion or release of another one; written as the unique index on (kind, ref) is. */
const ENTRY = `type IN ('single', 'pending')`;

/** `17` of `bid_17/2`, `exe_17` and `msg_17`. */
const NUMBER = 'CAST(substr(t.ref, 5) AS INTEGER)';
/** `17` of `prompt_17`. */
const PROMPT_NUMBER = 'CAST(substr(t.ref, 8) AS INTEGER)';
/** `2` of `bid_17/2` and `genesis/2`. */
const COUNT = `CAST(substr(t.ref, instr(t.ref, '/') + 1) AS INTEGER)`;

/** What the marks of a prompt issue; null where there are none, or where the rates were not kept yet. */
const MARKS =
  '(q.interesting * q.interesting_rate + q.useful * q.useful_rate + q.understandable * q.understandable_rate)';
/** The same, as far as the daily cap on issuance left room for it. */
const MARKED = `MIN(${MARKS}, COALESCE(q.reward_cap, ${MARKS}))`;
/** Attention's share of the price, both at allocation. */
const SHARE = '(e.price * e.attention_price / e.reserve_cost)';

const LEDGER = [
  // Nothing is paid twice.
  `SELECT 'tx_' || MAX(id) || ': ' || kind || ' ' || ref || ' is booked a second time'
     FROM transfers WHERE ${ENTRY} GROUP BY kind, ref HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT 1`,
  `SELECT 'tx_' || t.id || ': a transfer between agents must refer to itself, not to ' || t.ref
     FROM transfers t WHERE t.kind = 'transfer' AND t.ref <> 'tx_' || t.id ORDER BY t.id LIMIT 1`,
  `SELECT 'account ' || a.id || ' belongs to no agent'
     FROM accounts a WHERE a.id NOT LIKE 'system:%' AND NOT EXISTS (SELECT 1 FROM agents g WHERE g.id = a.id)
    ORDER BY a.id LIMIT 1`,
];

const BIDS = [
  `SELECT 'bid_' || b.id || ': its hold tx_' || b.hold_id || ' is not a hold of its amount by its payer for attempt ' || b.attempt
     FROM bids b LEFT JOIN transfers h ON h.id = b.hold_id
    WHERE b.hold_id IS NOT NULL AND (h.id IS NULL OR h.type <> 'pending' OR h.kind <> 'bid' OR h.ref <> 'bid_' || b.id || '/' || b.attempt
       OR h.debit <> b.payer_id OR h.credit <> 'system:market' OR h.amount <> b.amount)
    ORDER BY b.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ' is ' || b.status || ', but its hold tx_' || b.hold_id ||
          CASE WHEN r.id IS NULL THEN ' stands' ELSE ' was resolved by tx_' || r.id || ', a ' || r.type || ' of ' || r.amount END
     FROM bids b LEFT JOIN transfers r ON r.pending_id = b.hold_id
    WHERE b.hold_id IS NOT NULL AND CASE b.status WHEN 'pending' THEN r.id IS NOT NULL
                        WHEN 'won' THEN r.type IS NOT 'post' OR r.amount IS NOT b.price_paid
                        ELSE r.type IS NOT 'void' END
    ORDER BY b.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ' is ' || b.status ||
          CASE WHEN e.id IS NULL THEN ', but has no execution' ELSE ', but has exe_' || e.id END || ' for attempt ' || b.attempt
     FROM bids b LEFT JOIN executions e ON e.bid_id = b.id AND e.attempt = b.attempt
    WHERE (b.status = 'won') <> (e.id IS NOT NULL) ORDER BY b.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ' is at attempt ' || b.attempt || ', but not each earlier one ended with a system_fault'
     FROM bids b
    WHERE b.attempt > 1 AND b.attempt - 1 <> (SELECT COUNT(*) FROM executions e
             WHERE e.bid_id = b.id AND e.attempt < b.attempt AND e.outcome = 'system_fault')
    ORDER BY b.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': there is no attempt ' || t.ref
     FROM transfers t
    WHERE t.kind = 'bid' AND ${ENTRY} AND NOT EXISTS (SELECT 1 FROM bids b
             WHERE b.id = ${NUMBER} AND ${COUNT} BETWEEN 1 AND b.attempt
               AND t.ref = 'bid_' || b.id || '/' || ${COUNT})
    ORDER BY t.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ': its lineage is not that of ' || b.agent_id
     FROM bids b LEFT JOIN agents a ON a.id = b.agent_id WHERE a.lineage_id IS NOT b.lineage_id ORDER BY b.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ' offers ' || b.amount || ', less than the reserve of ' || b.reserve_at_placing
     FROM bids b WHERE b.amount < b.reserve_at_placing AND b.hold_id IS NOT NULL ORDER BY b.id LIMIT 1`,
  `SELECT 'bid_' || b.id || ' is ' || b.status || ', but ended in cycle ' || COALESCE(b.ended_cycle, 'none')
     FROM bids b WHERE (b.status = 'pending') <> (b.ended_cycle IS NULL) ORDER BY b.id LIMIT 1`,
];

const NOT_GIVEN_BACK = `e.outcome NOT IN ('system_fault', 'stopped_by_operator')`;
const ORDERS = [
  `SELECT 'bid_' || b.id || ' is of the standing order of bid_' || b.order_id || ', but is not the same bid'
     FROM bids b LEFT JOIN standing_orders o ON o.id = b.order_id LEFT JOIN bids f ON f.id = o.id
    WHERE b.order_id IS NOT NULL
      AND (o.agent_id IS NOT b.agent_id OR b.payer_id <> b.agent_id OR b.amount > o.amount
           OR (b.attempt = 1 AND b.amount <> o.amount)
           OR (b.cpu_ms, b.memory_mb, b.tokens, b.attention) IS NOT (f.cpu_ms, f.memory_mb, f.tokens, f.attention))
    ORDER BY b.id LIMIT 1`,
  `SELECT 'the standing order of bid_' || o.id || ' says that it paid ' || o.paid || ' in day ' || o.day || ', but its bids paid ' || p.paid
     FROM standing_orders o JOIN (
       SELECT o.id, COALESCE(SUM(e.price), 0) AS paid
         FROM standing_orders o
         LEFT JOIN bids b ON b.order_id = o.id
         LEFT JOIN executions e ON e.bid_id = b.id AND ${NOT_GIVEN_BACK} AND (e.cycle - o.began_cycle) / o.day_cycles = o.day
        WHERE o.ended_cycle IS NULL GROUP BY o.id) p ON p.id = o.id
    WHERE p.paid <> o.paid ORDER BY o.id LIMIT 1`,
  `SELECT 'the standing order of bid_' || o.id || ' stands, but ' || o.agent_id || ' is dead'
     FROM standing_orders o JOIN agents a ON a.id = o.agent_id
    WHERE o.ended_cycle IS NULL AND a.status = 'dead' ORDER BY o.id LIMIT 1`,
];

const EXECUTIONS = [
  `SELECT 'exe_' || e.id || ': its price ' || e.price || ' is not what was posted for bid_' || e.bid_id || '/' || e.attempt
     FROM executions e
     LEFT JOIN transfers h ON h.kind = 'bid' AND h.ref = 'bid_' || e.bid_id || '/' || e.attempt AND h.${ENTRY}
     LEFT JOIN transfers p ON p.pending_id = h.id
    WHERE (p.type IS NOT 'post' OR p.amount IS NOT e.price OR h.debit IS NOT e.payer_id)
      AND NOT (e.price = 0 AND EXISTS (SELECT 1 FROM lots l WHERE l.execution_id = e.id))
    ORDER BY e.id LIMIT 1`,
  `SELECT 'exe_' || e.id || ': its agent or payer is not that of bid_' || e.bid_id
     FROM executions e LEFT JOIN bids b ON b.id = e.bid_id
    WHERE b.agent_id IS NOT e.agent_id OR b.payer_id IS NOT e.payer_id ORDER BY e.id LIMIT 1`,
  `SELECT 'exe_' || e.id || ' paid ' || e.price || ' and ' ||
          CASE WHEN e.outcome IN ('system_fault', 'stopped_by_operator') THEN 'ended with ' || e.outcome || ', but '
               ELSE 'keeps its price, but ' END ||
          (COALESCE(r.amount, 0) + COALESCE(q.refund, 0)) || ' was given back'
     FROM executions e
     LEFT JOIN prompts q ON q.execution_id = e.id
     LEFT JOIN transfers r ON r.kind = 'refund' AND r.ref = 'exe_' || e.id AND r.${ENTRY}
    WHERE CASE WHEN e.outcome IN ('system_fault', 'stopped_by_operator')
               THEN COALESCE(r.amount, 0) + COALESCE(q.refund, 0) <> e.price
               ELSE r.id IS NOT NULL OR COALESCE(q.refund, 0) > e.price END
    ORDER BY e.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': there is no ' || t.ref || ' whose payer could be given a refund'
     FROM transfers t
    WHERE t.kind = 'refund'
      AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.id = ${NUMBER} AND t.ref = 'exe_' || e.id
                         AND t.credit IN (e.payer_id, 'system:burn'))
      AND NOT EXISTS (SELECT 1 FROM prompts q WHERE q.id = ${PROMPT_NUMBER}
                         AND t.ref = 'prompt_' || q.id AND t.credit IN (q.payer_id, 'system:burn'))
    ORDER BY t.id LIMIT 1`,
  `SELECT 'exe_' || e.id || ': its bundle or its lineage is not that of bid_' || e.bid_id
     FROM executions e JOIN bids b ON b.id = e.bid_id
    WHERE (e.cpu_ms, e.memory_mb, e.tokens, e.attention, e.lineage_id)
       <> (b.cpu_ms, b.memory_mb, b.tokens, b.attention, b.lineage_id) ORDER BY e.id LIMIT 1`,
  `SELECT 'exe_' || e.id || ' is ' || e.state || CASE WHEN e.ended_at IS NULL THEN ', but has not ended' ELSE ', but has ended' END
     FROM executions e WHERE (e.state = 'settled') <> (e.ended_at IS NOT NULL) ORDER BY e.id LIMIT 1`,
  // Attention is held until a prompt takes the slot, or the execution ends without one.
  `SELECT 'exe_' || e.id || ' is ' || e.state || CASE e.attention_held WHEN 1 THEN ' and holds' ELSE ' and does not hold' END ||
          ' attention' || CASE WHEN q.id IS NULL THEN '' ELSE ', while prompt_' || q.id || ' is ' || q.status END
     FROM executions e LEFT JOIN prompts q ON q.execution_id = e.id
    WHERE e.attention_held <> (e.attention = 1 AND CASE WHEN q.id IS NULL THEN e.state <> 'settled' ELSE q.status = 'queued' END)
    ORDER BY e.id LIMIT 1`,
];

const PROMPTS = [
  `SELECT 'prompt_' || q.id || ' is ' || q.status || ' with a reward of ' || q.reward || ', but ' ||
          COALESCE(w.amount, 0) || ' was issued for it'
     FROM prompts q LEFT JOIN transfers w ON w.kind = 'reward' AND w.ref = 'prompt_' || q.id AND w.${ENTRY}
    WHERE COALESCE(w.amount, 0) <> q.reward OR (q.reward <> 0 AND q.status <> 'scored') ORDER BY q.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' is ' || q.status || ' with a refund of ' || q.refund || ', but ' ||
          COALESCE(r.amount, 0) || ' was given back for it'
     FROM prompts q LEFT JOIN transfers r ON r.kind = 'refund' AND r.ref = 'prompt_' || q.id AND r.${ENTRY}
    WHERE COALESCE(r.amount, 0) <> q.refund OR (q.refund <> 0 AND q.status <> 'expired') ORDER BY q.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ': its agent, its payer or its attention is not that of exe_' || q.execution_id
     FROM prompts q LEFT JOIN executions e ON e.id = q.execution_id
    WHERE e.agent_id IS NOT q.agent_id OR e.payer_id IS NOT q.payer_id OR e.attention IS NOT 1 ORDER BY q.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': there is no ' || t.ref || ' whose agent could be rewarded'
     FROM transfers t
    WHERE t.kind = 'reward' AND NOT EXISTS (SELECT 1 FROM prompts q WHERE q.id = ${PROMPT_NUMBER}
             AND t.ref = 'prompt_' || q.id AND t.credit IN (q.agent_id, 'system:burn'))
    ORDER BY t.id LIMIT 1`,
  // Prompts end in their order, so only the first ones can be from before the rates were kept.
  `SELECT 'prompt_' || q.id || ' was scored, but at what rates is not known'
     FROM prompts q
    WHERE q.status = 'scored' AND q.id > (SELECT MIN(id) FROM prompts WHERE interesting_rate IS NOT NULL)
      AND q.interesting_rate + q.useful_rate + q.understandable_rate IS NULL ORDER BY q.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' has marks worth ' || ${MARKED} || ' and a reward of ' || q.reward
     FROM prompts q WHERE ${MARKED} <> q.reward ORDER BY q.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' expired and gave back ' || q.refund || ', not its share of ' || ${SHARE}
     FROM prompts q JOIN executions e ON e.id = q.execution_id
    WHERE q.status = 'expired' AND e.attention_price <= 9000000000000000000 / e.price
      AND q.refund <> ${SHARE} AND NOT (q.refund = 0 AND e.outcome IN ('system_fault', 'stopped_by_operator'))
    ORDER BY q.id LIMIT 1`,
];

const AGENTS = [
  `SELECT 'tx_' || t.id || ': ' || t.credit || ' has no life ' || t.ref || ' that bootstrap could have begun'
     FROM transfers t
    WHERE t.kind = 'genesis_grant' AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.id = t.credit
             AND t.ref = a.id || '/' || ${COUNT} AND ${COUNT} BETWEEN 1 AND a.life
             AND (${COUNT} > 1 OR a.parent_id IS NULL))
    ORDER BY t.id LIMIT 1`,
  `SELECT 'agent ' || a.id || ' is in life ' || a.life || ', but has not been granted credits for each'
     FROM agents a
    WHERE a.life - (a.parent_id IS NOT NULL) <> (SELECT COUNT(*) FROM transfers t
             WHERE t.kind = 'genesis_grant' AND t.${ENTRY} AND t.ref >= a.id || '/' AND t.ref < a.id || '0')
    ORDER BY a.number LIMIT 1`,
  `SELECT 'agent ' || a.id || ' has no endowment from its parent ' || a.parent_id
     FROM agents a LEFT JOIN transfers t ON t.kind = 'spawn_endowment' AND t.ref = a.id AND t.${ENTRY}
    WHERE a.parent_id IS NOT NULL AND (t.debit IS NOT a.parent_id OR t.credit IS NOT a.id) ORDER BY a.number LIMIT 1`,
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' has no child ' || t.ref
     FROM transfers t
    WHERE t.kind IN ('spawn_fee', 'spawn_endowment')
      AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.id = t.ref AND a.parent_id = t.debit) ORDER BY t.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' has not died at the end of life ' || t.ref
     FROM transfers t
    WHERE t.kind = 'estate' AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.id = t.debit
             AND t.ref = a.id || '/' || ${COUNT} AND ${COUNT} >= 1
             AND (${COUNT} < a.life OR (${COUNT} = a.life AND a.status = 'dead')))
    ORDER BY t.id LIMIT 1`,
  // Messages are forgotten after a while, their fees aren't.
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' did not send ' || t.ref
     FROM transfers t LEFT JOIN messages m ON m.id = ${NUMBER}
    WHERE t.kind = 'message_fee' AND (t.ref <> 'msg_' || ${NUMBER} OR (m.id IS NOT NULL AND m.from_id IS NOT t.debit)) ORDER BY t.id LIMIT 1`,
  `SELECT 'agent ' || a.id || ' is dead, but holds ' || c.posted
     FROM agents a JOIN accounts c ON c.id = a.id
    WHERE a.status = 'dead' AND (c.posted <> 0 OR c.pending <> 0) ORDER BY a.number LIMIT 1`,
];

const LIVES = [
  `SELECT 'agent ' || a.id || ' is of lineage ' || a.lineage_id || ', not of that of ' || COALESCE(a.parent_id, 'its own')
     FROM agents a LEFT JOIN agents p ON p.id = a.parent_id
    WHERE a.lineage_id <> COALESCE(p.lineage_id, a.id) ORDER BY a.number LIMIT 1`,
  // Whoever has one of these is alive.
  `SELECT 'agent ' || a.id || ' is ' || a.status || ', but a bid, an execution or a prompt of it is not over'
     FROM agents a
    WHERE a.status <> 'alive'
      AND (EXISTS (SELECT 1 FROM bids b WHERE b.agent_id = a.id AND b.status = 'pending')
        OR EXISTS (SELECT 1 FROM executions e WHERE e.agent_id = a.id AND e.state <> 'settled')
        OR EXISTS (SELECT 1 FROM prompts q WHERE q.agent_id = a.id AND q.status IN ('open', 'queued'))
        OR (a.status = 'dormant' AND EXISTS (SELECT 1 FROM lots l WHERE l.agent_id = a.id AND l.status = 'waiting')))
    ORDER BY a.number LIMIT 1`,
];

const CYCLES = [
  `SELECT 'cycle ' || c.cycle || ' says ' || c.winners || ' winners and a revenue of ' || c.revenue || ', its executions say ' ||
          COALESCE(w.n, 0) || ' and ' || COALESCE(w.revenue, 0)
     FROM cycles c
     LEFT JOIN (SELECT cycle, COUNT(*) AS n, SUM(price) AS revenue FROM executions
                 WHERE price > 0 AND cycle >= (SELECT MIN(cycle) FROM cycles) GROUP BY cycle) w ON w.cycle = c.cycle
    WHERE c.winners <> COALESCE(w.n, 0) OR c.revenue <> COALESCE(w.revenue, 0) ORDER BY c.cycle LIMIT 1`,
  `SELECT 'the economy is in cycle ' || s.cycle || ', but cycle ' || m.cycle || ' is recorded'
     FROM economy_state s, (SELECT MAX(cycle) AS cycle FROM cycles) m WHERE m.cycle IS NOT NULL AND m.cycle <> s.cycle`,
];

/** What models cost is the operator's money, in millionths, and no part of the ledger; but no sum may lose any of it. */
const SPENDING = [
  `SELECT 'what models cost ' || CASE day WHEN -1 THEN 'in earlier days' ELSE 'on ' || date(day * 86400, 'unixepoch') END ||
          ' is ' || SUM(billed) || ' tokens and ' || SUM(money) || ' by the sum of the day, but ' ||
          SUM(parts) || ' and ' || SUM(money_parts) || ' by agent and model'
     FROM (SELECT day, billed, money, 0 AS parts, 0 AS money_parts FROM spent_days
            UNION ALL SELECT day, 0, 0, billed, money FROM spending)
    GROUP BY day HAVING SUM(billed) <> SUM(parts) OR SUM(money) <> SUM(money_parts) ORDER BY day LIMIT 1`,
  // Calls are forgotten after a while, what they cost isn't.
  `SELECT 'calls of ' || k.agent_id || ' on ' || k.model || ' come to ' || k.billed || ' tokens and ' || k.money ||
          ', but only ' || COALESCE(s.billed, 0) || ' and ' || COALESCE(s.money, 0) || ' are counted as spent'
     FROM (SELECT e.agent_id, c.model, SUM(c.billed) AS billed, COALESCE(SUM(c.money), 0) AS money
             FROM model_calls c JOIN executions e ON e.id = c.execution_id
            WHERE c.outcome IS NOT NULL GROUP BY e.agent_id, c.model) k
     LEFT JOIN (SELECT agent_id, model, SUM(billed) AS billed, SUM(money) AS money
                  FROM spending GROUP BY agent_id, model) s ON s.agent_id = k.agent_id AND s.model = k.model
    WHERE k.billed > COALESCE(s.billed, 0) OR k.money > COALESCE(s.money, 0) ORDER BY k.agent_id, k.model LIMIT 1`,
];

/** In the order in which their findings are told. */
export const AGREEMENT: readonly string[] = [
  ...[...LEDGER, ...BIDS, ...ORDERS, ...EXECUTIONS, ...PROMPTS],
  ...ROYALTIES,
  ...LOTS,
  ...[...AGENTS, ...LIVES, ...CYCLES, ...SPENDING],
];

/**
 * The query as it is, unless an agent was renamed. Then it reads accounts and transfers as they would be if the agent
 * had always had its present name.
 */
export function underOneName(sql: string, renamed: RenamedAgent | undefined): string {
  if (renamed === undefined) return sql;
  const { id, account } = renamed;
  const named = (column: string) => `CASE ${column} WHEN '${account}' THEN '${id}' ELSE ${column} END AS ${column}`;
  return `WITH
    known_accounts AS (SELECT ${named('id')}, posted, pending FROM main.accounts WHERE id <> '${id}'),
    ledger AS (
      SELECT id, type, cycle, ${named('debit')}, ${named('credit')}, amount, kind, pending_id, at,
             CASE WHEN kind IN ('spawn_fee', 'spawn_endowment') AND ref = '${account}' THEN '${id}'
                  WHEN kind IN ('genesis_grant', 'estate') AND ref LIKE '${account}/%'
                    THEN '${id}' || substr(ref, ${account.length + 1})
                  ELSE ref END AS ref
        FROM main.transfers)
    ${sql.replaceAll(/\b(FROM|JOIN) transfers\b/g, '$1 ledger').replaceAll(/\b(FROM|JOIN) accounts\b/g, '$1 known_accounts')}`;
}
