/** Something at a time, in milliseconds since 1970. */
export interface Point {
  readonly at: number;
}

/** How many points a line on a screen is made of at most. */
export const POINTS_MAX = 500;

/**
 * A line over time that never has more than `most` points, however long it grows: points that fall into one stretch of
 * time are joined, and where there are too many stretches, each becomes twice as long.
 */
export class ThinSeries<P extends Point> {
  readonly #most: number;
  readonly #join: (earlier: P, later: P) => P;
  #points: P[] = [];
  #widthMs: number;

  constructor({ most = POINTS_MAX, widthMs = 1000, join }: ThinSeriesOptions<P>) {
    this.#most = most;
    this.#join = join;
    this.#widthMs = widthMs;
  }

  /** One that is older than the last one is taken for as old: clocks are set back. */
  add(point: P): void {
    this.#append(point);
    while (this.#points.length > this.#most) {
      const points = this.#points;
      this.#points = [];
      this.#widthMs *= 2;
      for (const earlier of points) this.#append(earlier);
    }
  }

  /** The oldest first. */
  get points(): readonly P[] {
    return this.#points;
  }

  /** How much time one point stands for. */
  get widthMs(): number {
    return this.#widthMs;
  }

  #append(point: P): void {
    const last = this.#points.at(-1);
    if (last && this.#stretch(point) <= this.#stretch(last))
      this.#points[this.#points.length - 1] = { ...this.#join(last, point), at: Math.max(last.at, point.at) };
    else this.#points.push(point);
  }

  #stretch({ at }: P): number {
    return Math.floor(at / this.#widthMs);
  }
}

export interface ThinSeriesOptions<P extends Point> {
  readonly most?: number;
  /** How long a stretch is at first. */
  readonly widthMs?: number;
  /** What two points of one stretch come to. */
  readonly join: (earlier: P, later: P) => P;
}
