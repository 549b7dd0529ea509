import { adviser, liar } from './adviser.ts';
import { breeder } from './breeder.ts';
import { clique } from './clique.ts';
import { crasher } from './crasher.ts';
import { genesis } from './genesis/genesis.ts';
import { frugal, hoarder, imitator, seeker, shader } from './seeker.ts';
import { solitary } from './solitary.ts';
import { patient, spammer, spawner, whale, worker } from './spender.ts';
import type { StrategyName } from './strategy-names.ts';
import type { Strategy } from './strategy.ts';

export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  frugal,
  seeker,
  spammer,
  hoarder,
  whale,
  clique,
  spawner,
  breeder,
  patient,
  shader,
  imitator,
  crasher,
  worker,
  adviser,
  liar,
  genesis,
  solitary,
};
