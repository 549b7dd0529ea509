import { real } from './fields.ts';

/** Keys of `attention`. */
export const minutes = {
  gap_seconds: real(1, 86_400)
    .default(120)
    .describe(
      'Between two signs of life over an open prompt, a longer time than this does not count as attention: nobody was reading.',
    ),
  default_seconds: real(0, 86_400)
    .default(60)
    .describe('Seconds of attention that an answer counts where nothing could be measured, as with a bare `score`.'),
};
