import type { XAXisComponentOption } from 'echarts';
import { BpError } from '../../platform/errors.ts';

/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number | string | boolean, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const SIZE = { width: 900, height: 500 };

/**
 * An SVG of one or more lines over the same axis. ECharts draws it, which only experiments need: it is an optional
 * package. Throws `BpError` `plots_need_echarts` where it isn't installed.
 */
export async function linePlot({ title, x, y, series }: Plot): Promise<string> {
  const { init } = await loadECharts();
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    chart.setOption({
      animation: false,
      title: { text: title },
      legend: { top: 40 },
      grid: { top: 80, left: 70, right: 30, bottom: 50 },
      xAxis: { ...axisOf(series), name: x, nameLocation: 'middle', nameGap: 30 },
      yAxis: { type: 'value', name: y },
      series: series.map(({ name, points }) => ({
        ...{
          type: 'line',
          name,
          data: points.map(([at, value]) => [typeof at === 'boolean' ? String(at) : at, value]),
        },
        showSymbol: points.length < 20,
      })),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Numbers have their distances; words stand side by side. */
function axisOf(series: readonly Series[]): XAXisComponentOption {
  const isNumeric = series.every(({ points }) => points.every(([x]) => typeof x === 'number'));
  return isNumeric ? { type: 'value', min: 'dataMin', max: 'dataMax' } : { type: 'category' };
}

/** Colours for two numbers: one cell for each pair. */
export async function heatPlot(plot: {
  readonly title: string;
  readonly x: { readonly name: string; readonly values: readonly string[] };
  readonly y: { readonly name: string; readonly values: readonly string[] };
  /** By the places in `x.values` and `y.values`. */
  readonly cells: readonly (readonly [x: number, y: number, value: number])[];
}): Promise<string> {
  const { init } = await loadECharts();
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const values = plot.cells.map(([, , value]) => value);
  try {
    chart.setOption({
      animation: false,
      title: { text: plot.title },
      grid: { top: 60, left: 110, right: 110, bottom: 60 },
      xAxis: { type: 'category', name: plot.x.name, nameLocation: 'middle', nameGap: 30, data: plot.x.values },
      yAxis: { type: 'category', name: plot.y.name, data: plot.y.values },
      visualMap: { min: Math.min(...values), max: Math.max(...values), right: 0, top: 'middle', calculable: false },
      series: [{ type: 'heatmap', data: plot.cells, label: { show: true } }],
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Throws `BpError` `plots_need_echarts`: to be asked before the work whose plots it is about. */
export async function loadECharts() {
  try {
    return await import('echarts');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new BpError('plots_need_echarts', 'plots are drawn by a package that is not installed', {
      hint: 'npm install echarts',
      cause: error,
    });
  }
}
