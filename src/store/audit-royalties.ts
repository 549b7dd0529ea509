/**
 * What an agent owes of its rewards must agree with its birth, its prompts and the ledger. As in `AGREEMENT`, each query
 * finds the first row that doesn't and makes the sentence about it.
 */

const ENTRY = `type IN ('single', 'pending')`;
/** The reference of what went to the one in this place. */
const REF = `'prompt_' || q.id || CASE r.place WHEN 1 THEN '' ELSE '/' || r.place END`;
/** floor(reward × share), in steps that no product overflows. */
const DUE = '(q.reward / 1000000 * r.share_ppm + q.reward % 1000000 * r.share_ppm / 1000000)';
/** Neither side has died since it was agreed. */
const IN_FORCE = `EXISTS (SELECT 1 FROM agents g WHERE g.id = r.agent_id AND g.life = 1 AND g.status <> 'dead')
  AND EXISTS (SELECT 1 FROM agents g WHERE g.id = r.to_id AND g.life = r.to_life AND g.status <> 'dead')`;

export const ROYALTIES: readonly string[] = [
  `SELECT 'agent ' || r.agent_id || ' owes ' || r.to_id || ' a royalty, which is neither its parent nor owed by its parent'
     FROM royalties r LEFT JOIN agents a ON a.id = r.agent_id
    WHERE a.parent_id IS NULL OR (r.to_id <> a.parent_id AND NOT EXISTS (
            SELECT 1 FROM royalties p WHERE p.agent_id = a.parent_id AND p.to_id = r.to_id AND p.to_life = r.to_life
               AND p.share_ppm = r.share_ppm))
    ORDER BY r.id LIMIT 1`,
  `SELECT 'agent ' || agent_id || ' owes ' || SUM(share_ppm) || ' of 1000000 parts of its rewards'
     FROM royalties GROUP BY agent_id HAVING SUM(share_ppm) > 1000000 LIMIT 1`,
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' owed ' || t.credit || ' no royalty of ' || t.amount || ' for ' || t.ref
     FROM transfers t
    WHERE t.kind = 'royalty' AND NOT EXISTS (
            SELECT 1 FROM prompts q JOIN royalties r ON r.agent_id = q.agent_id
             WHERE q.id = CAST(substr(t.ref, 8) AS INTEGER) AND t.ref = ${REF} AND t.debit = q.agent_id
               AND t.credit = r.to_id AND t.amount = ${DUE})
    ORDER BY t.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' says that ' || q.royalty || ' of its reward went on, its transfers say otherwise'
     FROM prompts q
    WHERE q.royalty <> COALESCE((SELECT SUM(t.amount) FROM royalties r
             JOIN transfers t ON t.kind = 'royalty' AND t.${ENTRY} AND t.ref = ${REF} WHERE r.agent_id = q.agent_id), 0)
    ORDER BY q.id LIMIT 1`,
  `SELECT 'prompt_' || q.id || ' has a reward of ' || q.reward || ', of which ' || r.to_id || ' was given no share'
     FROM royalties r JOIN prompts q ON q.agent_id = r.agent_id AND q.reward > 0
    WHERE ${DUE} > 0 AND ${IN_FORCE} AND NOT EXISTS (
            SELECT 1 FROM transfers t WHERE t.kind = 'royalty' AND t.${ENTRY} AND t.ref = ${REF})
    ORDER BY q.id LIMIT 1`,
  `SELECT 'tx_' || t.id || ': ' || t.debit || ' owed ' || t.credit || ' nothing any more'
     FROM royalties r JOIN prompts q ON q.agent_id = r.agent_id AND q.royalty > 0
     JOIN transfers t ON t.kind = 'royalty' AND t.${ENTRY} AND t.ref = ${REF}
    WHERE EXISTS (SELECT 1 FROM transfers d WHERE d.kind = 'estate' AND d.${ENTRY} AND d.id < t.id
                     AND d.ref IN (r.agent_id || '/1', r.to_id || '/' || r.to_life))
       OR EXISTS (SELECT 1 FROM transfers d WHERE d.kind = 'genesis_grant' AND d.${ENTRY} AND d.id < t.id
                     AND d.ref IN (r.agent_id || '/2', r.to_id || '/' || (r.to_life + 1)))
    ORDER BY t.id LIMIT 1`,
];
