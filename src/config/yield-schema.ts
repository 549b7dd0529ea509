import { z } from 'zod';
import { real } from './fields.ts';

export const yielding = z
  .strictObject({
    cpu_share: real(0.01, 1)
      .nullable()
      .default(null)
      .describe(
        'While other programs use more than this share of the CPU of this machine (the one that runs the market), nothing new is started; null: that is no reason.',
      ),
    seconds: real(1, 3600).default(10).describe('Over so many seconds it is measured.'),
  })
  .prefault({})
  .describe('How the market makes room for you while you use the machine. What runs is never ended for it.');
