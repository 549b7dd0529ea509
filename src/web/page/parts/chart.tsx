import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lineText, tableRows, type Line } from './chart-lines.ts';
import { figure } from './amounts.ts';
import { Table } from './table.tsx';
import { momentText } from './time.tsx';

interface ChartProps {
  readonly title: string;
  /** In milliseconds since 1970, going forward. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** The least that the scale shows, such as 0. */
  readonly least?: number;
  readonly most?: number;
  readonly format?: (value: number) => string;
  /** Between two points it is as it was at the first. */
  readonly isStepped?: boolean;
}

/** In rem, as all sizes are: letters grow with the screen. */
const HEIGHT = 12;
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4]];
/** For one point alone there is no span. */
const ALONE_SECONDS = 1800;
const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** How long a span is between two times of the axis, how each is written, and what the first of a day or year adds. */
const TIMES: uPlot.Axis.Values = (
  [
    [365 * DAY, '{YYYY}', null],
    [28 * DAY, '{MMM}', '\n{YYYY}'],
    [DAY, '{D} {MMM}', '\n{YYYY}'],
    [HOUR, '{HH}:{mm}', '\n{D} {MMM}'],
    [MINUTE, '{HH}:{mm}', '\n{D} {MMM}'],
    [SECOND, '{HH}:{mm}:{ss}', '\n{D} {MMM}'],
  ] as const
).map(([span, text, first]) => [span, text, first, null, first, null, null, null, 1]);
const DARK = '(prefers-color-scheme: dark)';

/** Lines over time, told in words too, and in a table for who wants figures. */
export function Chart(props: ChartProps) {
  const { title, times, lines, format = figure } = props;
  const place = useRef<HTMLDivElement>(null);
  /** Which point the pointer is at. */
  const [pointed, setPointed] = useState<number>();
  useEffect(() => {
    const element = place.current;
    return element && times.length > 0 ? draw(element, { ...props, onPoint: setPointed }) : undefined;
  }, [times, lines]);
  if (times.length === 0)
    return (
      <figure class="chart">
        <figcaption>{title}</figcaption>
        <p class="none">Nothing yet.</p>
      </figure>
    );
  const row = (index: number) => ({ at: times[index] ?? 0, values: lines.map(({ values }) => values[index] ?? null) });
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} class="canvas" aria-hidden="true" />
      <p class="unseen">{lines.map((line) => lineText(line, format)).join('. ')}.</p>
      <ul class="legend" aria-hidden="true">
        {lines.map(({ name, values }, index) => (
          <li key={name}>
            <span class={`swatch swatch-${index % 6}`} /> {name}{' '}
            <b>{pointed === undefined ? latest(values, format) : shown(values[pointed], format)}</b>
          </li>
        ))}
        {pointed !== undefined && <li>{moment(times[pointed])}</li>}
      </ul>
      <details>
        <summary>
          Figures<span class="unseen"> of {title}</span>
        </summary>
        <Table
          title={`${title}, figures`}
          rows={tableRows(times.length).map(row)}
          keyOf={({ at }, index) => `${at}-${index}`}
          none=""
          columns={[
            { title: 'time', cell: ({ at }) => moment(at) },
            ...lines.map(({ name }, index) => ({
              title: name,
              isNumber: true,
              cell: ({ values }: ReturnType<typeof row>) => shown(values[index], format),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

function moment(at: number | undefined): string {
  return at === undefined ? '' : momentText(new Date(at).toISOString());
}

function latest(values: Line['values'], format: (value: number) => string): string {
  return shown(
    values.findLast((value) => value !== null),
    format,
  );
}

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

interface DrawnProps extends ChartProps {
  readonly onPoint: (index: number | undefined) => void;
}

/** Returns what takes it away again. */
function draw(element: HTMLElement, props: DrawnProps): () => void {
  let plot = plotIn(element, props);
  const sized = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightPx() });
  });
  sized.observe(element);
  const again = () => {
    plot.destroy();
    plot = plotIn(element, props);
  };
  const scheme = matchMedia(DARK);
  scheme.addEventListener('change', again);
  return () => {
    sized.disconnect();
    scheme.removeEventListener('change', again);
    plot.destroy();
  };
}

function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function heightPx(): number {
  return Math.round(HEIGHT * remPx());
}

function plotIn(
  element: HTMLElement,
  { times, lines, least, most, onPoint, format = figure, isStepped = false }: DrawnProps,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim() || style.color;
  const alone = times.length === 1 ? (times[0] ?? 0) / 1000 : undefined;
  const rem = remPx();
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const axis = {
    stroke: colour('--chart-ink'),
    grid: { stroke: colour('--chart-grid'), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height: heightPx(),
    padding: [null, rem * 1.5, null, null],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: {
      x: {
        range: (_plot, from, to) => (alone === undefined ? [from, to] : [alone - ALONE_SECONDS, alone + ALONE_SECONDS]),
      },
      y: {
        range: (_plot, low, high) => {
          const top = Math.max(high, most ?? -Infinity);
          const bottom = Math.min(low, least ?? Infinity);
          return [bottom, top > bottom ? top + (top - bottom) * 0.05 : bottom + 1];
        },
      },
    },
    axes: [
      { ...axis, size: rem * 2.5, space: rem * 5, values: TIMES },
      { ...axis, size: rem * 4, values: (_plot, splits) => splits.map((split) => format(split)) },
    ],
    series: [
      {},
      ...lines.map(({ name }, index) => ({
        label: name,
        stroke: colour(`--chart-${index % 6}`),
        width: 1.75,
        dash: DASHES[index % DASHES.length] ?? [],
        points: { show: times.length < 3, size: 6 },
        ...(stepped && { paths: stepped }),
      })),
    ],
  };
  return new uPlot(options, [times.map((at) => at / 1000), ...lines.map(({ values }) => [...values])], element);
}
