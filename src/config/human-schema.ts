import { z } from 'zod';
import { credits, real, whole } from './fields.ts';
import { lots } from './lots-schema.ts';
import { minutes } from './minutes-schema.ts';
import { quiet } from './quiet-schema.ts';
import { rank } from './rank-schema.ts';

/** Thirty marks at this rate still make one transfer. */
const RATE_MAX = 10_000_000;
/** What waits longer than for so many letters is no news. */
const DECK_MAX = 16;

export const attention = z
  .strictObject({
    prompt_ttl_seconds: real(0.1, 31_536_000)
      .default(1200)
      .describe('Seconds of running time after which an unanswered prompt expires and the human counts as away.'),
    rest_allocations: whole(0, 1000)
      .default(3)
      .describe('A lineage rests while it holds one of this many last allocations of attention and others want it.'),
    deck: whole(1, DECK_MAX)
      .default(1)
      .describe(
        'Letters that may be written or wait, finished, beyond the one that is read: more of them where writing one takes long.',
      ),
    rank,
    lots,
    ...quiet,
    ...minutes,
    prompt_bytes_max: whole(1, 1_048_576).default(16_384).describe('Bytes of a prompt.'),
    title_chars_max: whole(1, 1000).default(200).describe("Characters of a prompt's title."),
    files_max: whole(0, 64).default(16).describe('Files that may be handed over with a prompt; 0: none.'),
    files_bytes_max: whole(0, 67_108_864).default(4_194_304).describe('Bytes of all these files together.'),
    file_name_chars_max: whole(1, 1024).default(200).describe('Characters of the name of one.'),
    reason_chars_max: whole(1, 100_000).default(1000).describe('Characters of the reason that the human gives.'),
    rates: z
      .strictObject({
        interesting: credits({ allowZero: true, most: RATE_MAX })
          .prefault(25)
          .describe('Credits per mark for interesting.'),
        useful: credits({ allowZero: true, most: RATE_MAX }).prefault(25).describe('Credits per mark for useful.'),
        understandable: credits({ allowZero: true, most: RATE_MAX })
          .prefault(25)
          .describe('Credits per mark for understandable.'),
      })
      .prefault({})
      .describe('What one mark (0 to 10) issues.'),
  })
  .prefault({})
  .describe("The human's attention and its reward.");

export const requests = z
  .strictObject({
    text_bytes_max: whole(1, 262_144).default(8192).describe('Bytes of what is asked.'),
    files_max: whole(0, 1000).default(16).describe('Files of one request.'),
    files_bytes_max: whole(0, 1_073_741_824)
      .default(33_554_432)
      .describe('Bytes of the files of one request together.'),
    open_max: whole(1, 10_000).default(100).describe('Requests that may be open at once.'),
  })
  .prefault({})
  .describe('Requests of the operator.');
