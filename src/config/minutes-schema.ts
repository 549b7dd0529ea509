import { real } from './fields.ts';

/** Keys of `attention`. */
export const minutes = {
  minutes_per_day: real(0.1, 1440)
    .nullable()
    .default(null)
    .describe(
      'Minutes a day that you want to give to prompts, by your own calendar: when they are spent nobody is asked until the next day. null: no end.',
    ),
  minutes_per_hour: real(0.1, 60).nullable().default(null).describe('The same for each hour of the clock.'),
  pace_minutes: real(0.1, 1440)
    .default(8)
    .describe(
      'How slowly the price of attention moves where your minutes have an end: so many of them beyond your pace multiply it by 2.7, so many fewer divide it by that, as far as its start price.',
    ),
  gap_seconds: real(1, 86_400)
    .default(120)
    .describe(
      'Between two signs of life over an open prompt, a longer time than this does not count as attention: nobody was reading.',
    ),
  default_seconds: real(0, 86_400)
    .default(60)
    .describe('Seconds of attention that an answer counts where nothing could be measured, as with a bare `score`.'),
};
