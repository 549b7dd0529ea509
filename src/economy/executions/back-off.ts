/** In seconds. The last step counts for all further ones. */
export function backOff(steps: readonly number[], index: number): number {
  return steps[Math.min(index, steps.length - 1)] ?? 0;
}
