/** What was won by lot must agree with its bid, its marks and the ledger. As in `AGREEMENT`. */

/** What its execution would have cost, no more than its marks have left it. */
const DUE = 'MIN(e.reserve_cost, q.reward - q.royalty)';
const ENTRY = `type IN ('single', 'pending')`;

export const LOTS: readonly string[] = [
  `SELECT 'bid_' || b.id || ' holds nothing, but was not won by lot'
     FROM bids b
    WHERE b.hold_id IS NULL AND NOT EXISTS (SELECT 1 FROM executions e JOIN lots l ON l.execution_id = e.id
             WHERE e.bid_id = b.id AND e.price = 0 AND b.amount = 0 AND b.price_paid = 0 AND b.status = 'won'
               AND l.agent_id = b.agent_id AND b.payer_id = b.agent_id)
    ORDER BY b.id LIMIT 1`,
  `SELECT 'lot ' || l.id || ' was drawn for exe_' || l.execution_id || ', which is not its agent''s or was paid for'
     FROM lots l LEFT JOIN executions e ON e.id = l.execution_id
    WHERE l.status = 'drawn' AND (e.agent_id IS NOT l.agent_id OR e.price IS NOT 0 OR e.attention IS NOT 1)
    ORDER BY l.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' owed no ' || t.amount || ' for a lot, for ' || t.ref
     FROM transfers t
    WHERE t.kind = 'lot' AND NOT EXISTS (SELECT 1 FROM prompts q JOIN executions e ON e.id = q.execution_id
             WHERE q.id = CAST(substr(t.ref, 8) AS INTEGER) AND t.ref = 'prompt_' || q.id AND e.price = 0
               AND t.debit = q.agent_id AND t.amount = ${DUE})
    ORDER BY t.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' was won by lot and has a reward of ' || q.reward || ', but was charged nothing'
     FROM lots l JOIN executions e ON e.id = l.execution_id JOIN prompts q ON q.execution_id = e.id
     JOIN transfers w ON w.kind = 'reward' AND w.ref = 'prompt_' || q.id AND w.${ENTRY} AND w.credit <> 'system:burn'
    WHERE ${DUE} > 0 AND NOT EXISTS (SELECT 1 FROM transfers t
             WHERE t.kind = 'lot' AND t.ref = 'prompt_' || q.id AND t.${ENTRY})
    ORDER BY q.id LIMIT 1`,
];
