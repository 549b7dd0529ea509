import type { Config } from '../../config/schema.ts';
import type { Changes } from './changes.ts';
import { demand } from './finding.ts';
import type { Mirror } from './mirror.ts';
import type { RoyaltyRow } from './rows.ts';

const RULE = 'a child owes what was agreed and what its parent owes';

/** What a child owes is agreed at its birth: at most one share to its parent, then all that its parent owes itself. */
export function checkRoyalties({ agents, royalties }: Changes, mirror: Mirror, { economy }: Config): void {
  const children = agents.flatMap(({ old, now }) => (!old && now.parent !== null ? [now] : []));
  for (const { id, parent } of children) {
    const owed = royalties.filter(({ agent }) => agent === id);
    const inherited = mirror.owedBy(parent ?? '');
    const own = owed.slice(0, owed.length - inherited.length);
    const isWhole = owed.every(({ place }, index) => place === index + 1) && own.length <= 1;
    const isSame = terms(owed.slice(own.length)) === terms(inherited);
    demand(isWhole && isSame, RULE, () => `${id} owes ${terms(owed)}, ${parent} ${terms(inherited)}`);
    const [asked] = own;
    if (!asked) continue;
    const life = mirror.agents.get(asked.to)?.life;
    demand(asked.to === parent && asked.toLife === life, RULE, () => `${id} of ${parent} owes ${terms(own)}`);
    const most = Math.round(economy.royalty_max * 1e6);
    const sum = owed.reduce((whole, { ppm }) => whole + ppm, 0);
    const isFew = sum <= most && owed.length <= economy.royalty_receivers_max;
    demand(isFew, 'a child keeps enough', () => `${id} owes ${sum} parts per million to ${owed.length}`);
  }
  const isOfChildren = royalties.every(({ agent }) => children.some(({ id }) => id === agent));
  demand(isOfChildren, RULE, () => `${terms(royalties)} came later`);
}

function terms(royalties: readonly RoyaltyRow[]): string {
  return royalties.map(({ to, toLife, ppm }) => `${ppm} to ${to}/${toLife}`).join(', ');
}
