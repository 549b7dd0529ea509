import { z } from 'zod';
import { parseQuietHours } from '../domain/quiet-hours.ts';
import { text } from './fields.ts';

/** Keys of `attention`. */
export const quiet = {
  quiet_hours: z
    .array(
      text(60).refine((value) => parseQuietHours(value) !== undefined, {
        error: 'hours such as 22:00-07:00, or mon-fri 22:00-07:00 with the days on which they begin',
      }),
    )
    .max(32)
    .default([])
    .describe(
      'Hours in which nobody is asked, such as 22:00-07:00 or sat,sun 00:00-24:00: no prompt is opened, the open one gets no older.',
    ),
  time_zone: text(60)
    .refine(isTimeZone, { error: 'a time zone such as Europe/Vienna' })
    .nullable()
    .default(null)
    .describe("The time zone of quiet_hours, such as Europe/Vienna; null: the machine's."),
};

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
