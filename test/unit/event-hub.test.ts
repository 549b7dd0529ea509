import { describe, expect, it } from 'vitest';
import { EventHub, type EventHubOptions } from '../../src/operator/event-hub.ts';

const told = () => new Promise((resolve) => setImmediate(resolve));

function opened(options: Partial<EventHubOptions> = {}) {
  const faults: unknown[] = [];
  const hub = new EventHub<number>({ onFault: (error) => faults.push(error), ...options });
  return { hub, faults };
}

describe('the hub of events', () => {
  it('tells every subscriber every event, in order', async () => {
    const { hub } = opened();
    const heard: number[][] = [[], []];
    for (const list of heard) hub.subscribe((event) => void list.push(event));
    for (const event of [1, 2, 3]) hub.publish(event);
    await told();
    expect(heard).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('runs nothing of a subscriber within the work of whoever publishes', async () => {
    const { hub } = opened();
    const heard: number[] = [];
    hub.subscribe((event) => void heard.push(event));
    hub.publish(1);
    expect(heard).toEqual([]);
    await told();
    expect(heard).toEqual([1]);
  });

  it('goes on past a subscriber that throws or rejects, and tells of it', async () => {
    const { hub, faults } = opened();
    const heard: number[] = [];
    hub.subscribe((event) => {
      throw new Error(`thrown at ${event}`);
    });
    hub.subscribe((event) => Promise.reject(new Error(`rejected at ${event}`)));
    hub.subscribe((event) => void heard.push(event));
    hub.publish(1);
    hub.publish(2);
    await told();
    expect(heard).toEqual([1, 2]);
    expect(faults.map(String).sort()).toEqual(
      ['rejected at 1', 'rejected at 2', 'thrown at 1', 'thrown at 2'].map((text) => `Error: ${text}`),
    );
  });

  it('lets a slow subscriber hold up nobody, keeps the newest for it and says how many it missed', async () => {
    const { hub } = opened({ waitingMax: 2 });
    let go: () => void = () => undefined;
    const slow: [number, number][] = [];
    const quick: number[] = [];
    hub.subscribe((event, missed) => {
      slow.push([event, missed]);
      return new Promise((resolve) => {
        go = resolve;
      });
    });
    hub.subscribe((event) => void quick.push(event));
    for (const event of [1, 2, 3, 4, 5]) {
      hub.publish(event);
      await told();
    }
    expect(quick).toEqual([1, 2, 3, 4, 5]);
    expect(slow).toEqual([[1, 0]]);
    go();
    await told();
    go();
    await told();
    expect(slow).toEqual([
      [1, 0],
      [4, 2],
      [5, 0],
    ]);
  });

  it('tells nothing after the end of a subscription, not even what was waiting', async () => {
    const { hub } = opened();
    const heard: number[] = [];
    const end = hub.subscribe((event) => void heard.push(event));
    hub.publish(1);
    end();
    end();
    hub.publish(2);
    await told();
    expect(heard).toEqual([]);
  });
});
