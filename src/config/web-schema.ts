import { z } from 'zod';
import { whole } from './fields.ts';

export const web = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether run serves the page, on this machine alone.'),
    port: whole(0, 65_535)
      .default(0)
      .describe(
        'Its port on 127.0.0.1; 0: a free one, which is kept for the next time. A taken one gives way to a free one.',
      ),
    connections_max: whole(4, 10_000).default(64).describe('Connections that it takes at once.'),
  })
  .prefault({})
  .describe('The page that shows the economy and takes marks.');
