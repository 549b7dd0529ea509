import { systemClock } from '../../src/platform/system-clock.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { itKeepsToClock } from './clock.ts';

itKeepsToClock('the system clock', () => ({ clock: systemClock(), pass: () => undefined }));

itKeepsToClock('the simulated clock', () => {
  const clock = new SimulatedClock();
  return {
    clock,
    pass: () => {
      while (clock.advance());
    },
  };
});

itKeepsToClock("the tests' clock", () => {
  const clock = fakeClock();
  return { clock, pass: (milliseconds) => clock.advance(milliseconds) };
});
