import { max, micro, min, type MicroCredits } from './credits.ts';
import { ROW, type GreedyRun } from './greedy-fill.ts';
import type { Offer } from './market.ts';
import type { Order } from './ranking.ts';
import type { Bundle } from './resources.ts';

/**
 * What each winner of the run pays, in the order of `run.winners`: the least whole amount with which its bid would
 * still have won, all else equal and the other bids for its agent left out (Lehmann, O'Callaghan, Shoham 2002), but
 * never less than the lower of its reserve cost today and at placing.
 *
 * Leave out every bid for the winner's agent and serve the others in the same order. Up to the winner's rank nothing
 * changes, since no bid for its agent was served before. After it, free is what it was plus the winner's bundle, until
 * the first bid is served that was short. That bid took more of some resource than was free, so what it leaves of the
 * resource is less than the winner's bundle: from there on the winner does not fit, and before there it does. So the
 * critical value is the least amount with which the winner stands above the first later bid that was short and fits
 * into free plus the winner's bundle. A later bid for the winner's own agent never was short: it was passed by.
 *
 * Nothing has to be served again. With W winners and S short bids, finding these bids takes W × log S steps where one
 * resource is scarce; in the worst case, bids that each lack something else than their neighbours, W × S comparisons.
 */
export function criticalValues(run: GreedyRun, order: Order): MicroCredits[] {
  const firstServed = firstFitFinder(run);
  let place = 0;
  return run.winners.map((index) => {
    while (place < run.short.length && run.short[place]! < index) place++;
    const winner = run.ranked[index]!;
    const rival = run.ranked[run.short[firstServed(place, winner.bid.bundle)] ?? -1];
    return criticalValue(winner, rival, order);
  });
}

function criticalValue(winner: Offer, rival: Offer | undefined, order: Order): MicroCredits {
  const { amount, reserveAtPlacing, id } = winner.bid;
  const floor = min(winner.reserveCost, reserveAtPlacing);
  const price = rival ? max(floor, micro(order.leastAmountAhead(winner, rival))) : floor;
  // The winner stands above the rival with its own amount, and no bid is placed under its reserve.
  if (price > amount) throw new Error(`bid ${id} would pay ${price}, which is over its amount of ${amount}`);
  return price;
}

/**
 * Gives a search for the first short bid, from a place on, that lacks no more of each resource than the bundle holds;
 * -1 where there is none. A binary tree over the rows of `lacks` keeps the least of each column, so that whole
 * stretches without such a bid are skipped.
 */
function firstFitFinder(run: GreedyRun): (from: number, bundle: Bundle) => number {
  const leaves = leafCount(run.short.length);
  const tree = new Float64Array(2 * leaves * ROW).fill(Number.POSITIVE_INFINITY);
  tree.set(run.lacks.subarray(0, run.short.length * ROW), leaves * ROW);
  for (let cell = leaves * ROW - 1; cell >= ROW; cell--) {
    const column = cell % ROW;
    const left = 2 * (cell - column) + column;
    tree[cell] = Math.min(tree[left]!, tree[left + ROW]!);
  }
  const mayFit = (node: number, bundle: Bundle): boolean => {
    const start = node * ROW;
    return (
      tree[start]! <= bundle.cpuMs &&
      tree[start + 1]! <= bundle.memoryMb &&
      tree[start + 2]! <= bundle.tokens &&
      tree[start + 3]! <= bundle.attention
    );
  };
  return (from, bundle) => {
    if (from >= run.short.length) return -1;
    let node = leaves + from;
    for (;;) {
      if (mayFit(node, bundle)) {
        if (node >= leaves) return node - leaves;
        node *= 2;
        continue;
      }
      // On to the next subtree on the right: up while this is a right child, then to its sibling.
      while (node % 2 === 1) node = (node - 1) / 2;
      if (node === 0) return -1;
      node++;
    }
  };
}

/** The least power of two that holds so many leaves. */
function leafCount(rows: number): number {
  let leaves = 1;
  while (leaves < rows) leaves *= 2;
  return leaves;
}
