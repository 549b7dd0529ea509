export const STRATEGY_NAMES = [
  'frugal',
  'seeker',
  'spammer',
  'hoarder',
  'whale',
  'clique',
  'spawner',
  'breeder',
  'patient',
  'shader',
  'imitator',
  'crasher',
  'worker',
  'adviser',
  'liar',
  'genesis',
  'solitary',
] as const;

export type StrategyName = (typeof STRATEGY_NAMES)[number];
