import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AgentFile } from '../../domain/agent.ts';
import { parseAgentId } from '../../domain/ids.ts';
import { OPERATOR_FILES } from '../../economy/agents/agent-files.ts';
import { bootstrapAgent } from '../../economy/agents/bootstrap-agent.ts';
import type { Economy } from '../../economy/economy.ts';
import { withdrawBid } from '../../economy/market/withdraw-bid.ts';
import { bareBundle } from '../../economy/views/market-view.ts';
import { readWorkspaceFolder } from '../../operator/workspace-folder.ts';
import { reject, valueOf } from '../output/command-failure.ts';

/** Another agent of the practice market, whom the tried one can write to, pay and wake. */
export interface Neighbour {
  readonly id: string;
  /** Undefined: it sleeps, and does nothing in a life that somebody buys for it. */
  readonly files: readonly AgentFile[] | undefined;
}

const NEIGHBOURS_MAX = 16;
const SLEEPER: AgentFile = { path: 'main', content: Buffer.from('#!/bin/sh\n'), executable: true };

/** Of `ID` and `ID=DIR`. Rejects with what is wrong. */
export function readNeighbours(
  texts: readonly string[],
  { directory, agentId }: { readonly directory: string; readonly agentId: string },
): readonly Neighbour[] {
  if (texts.length > NEIGHBOURS_MAX)
    reject('invalid_value', `--with may be given at most ${NEIGHBOURS_MAX} times`, { field: 'with' });
  const neighbours = texts.map((text) => readNeighbour(text, directory));
  const ids = [agentId, ...neighbours.map(({ id }) => id)];
  const twice = ids.find((id, place) => ids.indexOf(id) !== place);
  if (twice !== undefined)
    reject('invalid_value', `with must name another agent each time: ${twice} is there already`, { field: 'with' });
  return neighbours;
}

function readNeighbour(text: string, directory: string): Neighbour {
  const equals = text.indexOf('=');
  const id = valueOf(parseAgentId(equals < 0 ? text : text.slice(0, equals), 'with'));
  if (equals < 0) return { id, files: undefined };
  const folder = resolve(directory, text.slice(equals + 1));
  if (text.length === equals + 1 || !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    reject('invalid_value', `with must be ID or ID=DIR, with a folder of an agent's files; ${folder} is none`, {
      field: 'with',
    });
  return { id, files: valueOf(readWorkspaceFolder(folder, OPERATOR_FILES)).files };
}

/** With a bid for a life without attention, which the tried agent may want; one that sleeps has none. */
export function addNeighbour(economy: Economy, { id, files }: Neighbour): void {
  const { config, derived } = economy;
  const bare = bareBundle(config.economy.bare_bundle);
  const bundle = { ...bare, cpuMs: Math.min(bare.cpuMs, derived.supply.cpuMs) };
  const { bidId } = valueOf(bootstrapAgent(economy, { id, files: files ?? [SLEEPER], bundle }));
  if (!files) valueOf(withdrawBid(economy, id, bidId));
}
