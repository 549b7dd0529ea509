import type { Clock } from '../platform/clock.ts';

interface Appointment {
  readonly time: number;
  /** Of two at the same time the one that was made first comes first. */
  readonly number: number;
  /** Undefined where it was called off. */
  work: (() => void) | undefined;
}

/** Time that passes only from one appointment to the next. The wall clock can be set wrong; the monotonic one can't. */
export class SimulatedClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #made = 0;
  readonly #heap: Appointment[] = [];

  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall + Math.floor(this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        appointment.work = undefined;
        // The caller's own reason, whatever it is: it may not be an Error.
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors
        reject(signal?.reason);
      };
      const appointment = this.after(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Does the work when this much time has passed; at once is after whatever was made before for the same moment. */
  after(milliseconds: number, work: () => void): { work: (() => void) | undefined } {
    const appointment = { time: this.#elapsed + Math.max(0, milliseconds), number: this.#made++, work };
    this.#push(appointment);
    return appointment;
  }

  /** The operator or the network sets the wall clock. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** Lets time pass up to the next appointment and keeps it. False where there is none. */
  advance(): boolean {
    for (;;) {
      const next = this.#pop();
      if (!next) return false;
      if (!next.work) continue;
      this.#elapsed = next.time;
      next.work();
      return true;
    }
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let place = heap.push(appointment) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isSooner(appointment, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = appointment;
  }

  #pop(): Appointment | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isSooner(heap[child + 1]!, heap[child]!)) child++;
      if (!isSooner(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isSooner(a: Appointment, b: Appointment): boolean {
  return a.time < b.time || (a.time === b.time && a.number < b.number);
}
