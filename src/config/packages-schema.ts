import { z } from 'zod';
import { text } from './fields.ts';

const TEXT_MAX = 4096;

/** Passwords stay out of files that are shown, copied and recorded. */
const address = () =>
  text(TEXT_MAX)
    .refine((value) => hasHost(value), { error: 'an http or https URL' })
    .refine((value) => !hasHost(value) || !hasCredentials(value), {
      error:
        'a URL without user and password; one with them goes into the variable PIP_INDEX_URL or npm_config_registry',
    })
    .nullable()
    .default(null);

export const packages = z
  .strictObject({
    python_index: address().describe(
      'The index that pip and Poetry ask in place of PyPI, such as https://pypi.example.com/simple; null: what PIP_INDEX_URL says (pip alone).',
    ),
    wheels: text(TEXT_MAX)
      .nullable()
      .default(null)
      .describe(
        "A folder of wheels for requirements.txt, relative to the economy's; without python_index nothing else is asked.",
      ),
    npm_registry: address().describe('The registry that npm asks; null: what npm_config_registry says.'),
  })
  .prefault({})
  .describe('Where `agent install` finds packages.');

function hasHost(value: string): boolean {
  return /^https?:$/.test(parsed(value)?.protocol ?? '');
}

function hasCredentials(value: string): boolean {
  const url = parsed(value);
  return url !== undefined && (url.username !== '' || url.password !== '');
}

function parsed(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
