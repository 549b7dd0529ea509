export const STRATEGY_NAMES = [
  'frugal',
  'seeker',
  'spammer',
  'hoarder',
  'whale',
  'clique',
  'spawner',
  'patient',
  'shader',
  'crasher',
  'worker',
  'genesis',
  'solitary',
] as const;

export type StrategyName = (typeof STRATEGY_NAMES)[number];
