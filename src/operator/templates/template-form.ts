import { z } from 'zod';
import { cpuSeconds, memoryMb, real, text, whole } from '../../config/fields.ts';
import { QUANTITY_MAX } from '../../domain/resources.ts';

const BYTES_MAX = 1_099_511_627_776;

/** In which wire format a template's program asks models. */
const FORMATS = ['messages', 'responses', 'chat', 'google'] as const;

/** `template.json`: what an agent of this kind needs of its home. */
export const templateForm = z.strictObject({
  title: text(200).describe('What it is, in a few words.'),
  needs: z.strictObject({
    bundle: z
      .strictObject({
        cpu_seconds: cpuSeconds(),
        memory_mb: memoryMb(),
        tokens: whole(0, QUANTITY_MAX),
        attention: z.literal([0, 1]),
      })
      .describe('Of its first bid.'),
    wall_seconds: real(0.1, 86_400).describe('The least wall time of an execution with that bundle.'),
    file_bytes: whole(0, BYTES_MAX).describe('The largest file that it writes.'),
    workspace_bytes: whole(0, BYTES_MAX).default(0).describe('What it keeps in its workspace.'),
    files: whole(0, 100_000_000).default(0).describe('Files and folders that it keeps there.'),
    supply_tokens: whole(0, QUANTITY_MAX).describe('The least tokens that a cycle must sell for it to live on.'),
    format: z.enum(FORMATS).optional().describe('In which it asks models; absent: it asks none.'),
  }),
  program: z
    .strictObject({
      name: text(214).describe('As npm names it.'),
      version: text(64),
    })
    .optional()
    .describe('What program/package-lock.json installs, for people.'),
  shared: z
    .record(text(255), z.string().regex(/^[a-z0-9-]+\.[a-z]+$/))
    .default({})
    .describe(
      'Further files of its workspace, by path, which several templates have: each the name of one in shared/.',
    ),
});

export type TemplateForm = z.output<typeof templateForm>;
export type TemplateNeeds = TemplateForm['needs'];
