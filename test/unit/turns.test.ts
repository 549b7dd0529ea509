import { describe, expect, it } from 'vitest';
import { Breaker } from '../../src/intelligence/breaker.ts';
import { Turns } from '../../src/intelligence/turns.ts';

const never = new AbortController().signal;

describe('turns', () => {
  it('are taken by owner, so that one who wants much does not hold up the others', async () => {
    const turns = new Turns({ most: 1, each: 1 });
    const order: string[] = [];
    const work = async (owner: number, name: string) => {
      const end = await turns.take(owner, never);
      order.push(name);
      await Promise.resolve();
      end();
    };
    const greedy = Array.from({ length: 5 }, (_, number) => work(1, `greedy ${number}`));
    await Promise.all([...greedy, work(2, 'modest'), work(3, 'other')]);
    expect(order).toEqual(['greedy 0', 'greedy 1', 'modest', 'other', 'greedy 2', 'greedy 3', 'greedy 4']);
  });

  it('are never all taken by one owner', async () => {
    const turns = new Turns({ most: 3, each: 2 });
    const taken: number[] = [];
    const take = (owner: number) =>
      turns.take(owner, never).then((end) => {
        taken.push(owner);
        return end;
      });
    const [first] = [take(1), take(1), take(1), take(1)];
    const other = take(2);
    const end = await first;
    await other;
    expect(taken).toEqual([1, 1, 2]);
    end();
    await new Promise(setImmediate);
    expect(taken).toEqual([1, 1, 2, 1]);
  });

  it('are given back once, however often they are ended', async () => {
    const turns = new Turns({ most: 1, each: 1 });
    const end = await turns.take(1, never);
    end();
    end();
    await turns.take(1, never);
    let isTaken = false;
    void turns.take(2, never).then(() => (isTaken = true));
    await Promise.resolve();
    expect(isTaken).toBe(false);
  });

  it('are not waited for by who has left', async () => {
    const turns = new Turns({ most: 1, each: 1 });
    const end = await turns.take(1, never);
    const leaving = new AbortController();
    const left = turns.take(2, leaving.signal);
    const next = turns.take(3, never);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await expect(turns.take(4, leaving.signal)).rejects.toThrow('left');
    end();
    (await next)();
    (await turns.take(2, never))();
  });
});

describe('a breaker', () => {
  it('rests after failures in a row, lets one through after a while, and closes when that goes well', () => {
    const breaker = new Breaker({ failuresMax: 2, restMs: 100 });
    breaker.failed(0);
    breaker.succeeded();
    breaker.failed(10);
    expect(breaker.restLeft(10)).toBe(0);
    breaker.failed(20);
    expect(breaker.restLeft(50)).toBe(70);
    expect(breaker.restLeft(120)).toBe(0);
    // One is being tried.
    expect(breaker.restLeft(130)).toBe(90);
    breaker.failed(140);
    expect(breaker.restLeft(150)).toBe(90);
    expect(breaker.restLeft(240)).toBe(0);
    breaker.succeeded();
    expect(breaker.restLeft(241)).toBe(0);
  });
});
