import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/terminal/event-log.ts';
import { textOf } from '../../src/terminal/styled.ts';

describe('the log of events', () => {
  it('sets each event once for a width, however often it is drawn', () => {
    const log = new EventLog();
    log.add('14:03:59', 'exe_1 of ada: completed');
    const [drawn] = log.lines(40);
    expect(log.lines(40)[0]).toBe(drawn);
    expect(log.newest(40, 1)[0]).toBe(drawn);
  });

  it('sets it anew for another width', () => {
    const log = new EventLog();
    log.add('14:03:59', 'exe_1 of ada: completed');
    expect(log.lines(40).map(textOf)).toEqual(['14:03:59 exe_1 of ada: completed']);
    expect(log.lines(29).map(textOf)).toEqual(['14:03:59 exe_1 of ada:', 'completed']);
    expect(log.lines(40).map(textOf)).toEqual(['14:03:59 exe_1 of ada: completed']);
  });
});
