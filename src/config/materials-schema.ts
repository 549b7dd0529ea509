import { z } from 'zod';
import { text, whole } from './fields.ts';

const PATH_MAX = 1024;
/** An archive has no room for a larger file. */
const BYTES_MAX = 8_000_000_000;

const path = () =>
  text(PATH_MAX).refine((value) => value.split('/').every((name) => name !== '' && name !== '.' && name !== '..'), {
    error: 'a path below materials/, such as project/.env',
  });

export const materials = z
  .strictObject({
    bytes_max: whole(0, BYTES_MAX)
      .default(268_435_456)
      .describe('Bytes that materials/ may hold for agents to read; with more, they go on seeing what they saw.'),
    files_max: whole(0, 1_000_000)
      .default(20_000)
      .describe('Files, folders and links that it may hold, those that are left out included.'),
    include: z
      .array(path())
      .max(1000)
      .default([])
      .describe(
        'What would be left out of it (.git, .env, keys, links that lead out) and is to be seen all the same: paths below materials/.',
      ),
  })
  .prefault({})
  .describe(
    "The folder materials/ of this economy: whatever lies in it, all agents can read at /materials, and what they read may reach the language models' providers.",
  );
