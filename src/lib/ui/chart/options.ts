/**
 * uPlot's options for every plot of this product: the same four series, the same gutter, so that plots under each other
 * share their time axis. The pointer is not uPlot's: gestures span the whole stack and work by touch (`gestures.ts`).
 */
import type uPlot from 'uplot';
import { formatNumber } from '../format';
import { logTicks, timeTicks, timeTickTexts } from './axis';
import { strokeSparse } from './lines';
import { paintBehind, paintDense, paintOver } from './paint';
import type { Palette } from './palette';
import type { Scene } from './scene';

/** What differs between plots and stays the same during a plot's life. */
export interface PlotShape {
  x: 'time' | 'count';
  /** Where the x axis has its texts; grid lines stand in any case. */
  xTexts: 'top' | 'bottom' | 'none';
  y: 'linear' | 'log';
  hasYAxis: boolean;
}

/** What changes during a plot's life, asked for at each drawing. */
export interface PlotFrame {
  x: () => [number, number];
  y: () => [number, number];
  scene: () => Scene;
}

/** Space in CSS pixels left and right of the plotting area of a plot with a y axis. */
export function plotMargins(palette: Palette): { leftPx: number; rightPx: number } {
  return { leftPx: Math.round(palette.fontPx * 3.6), rightPx: Math.round(palette.fontPx * 0.8) };
}

/** Options for a plot of so many CSS pixels. Columns come as `[x, maximum, minimum, expected, seen]`. */
export function createOptions(
  size: { width: number; height: number },
  shape: PlotShape,
  palette: Palette,
  frame: PlotFrame
): uPlot.Options {
  const { leftPx, rightPx } = plotMargins(palette);
  const side = shape.hasYAxis ? rightPx : 0;
  // Half a line of text, so that a value at the very edge can be written in full.
  const edge = Math.round(palette.fontPx * 0.5);
  const quiet = { show: false };
  const line = { auto: false, paths: strokeSparse };
  return {
    ...size,
    ms: 1,
    pxAlign: 0,
    legend: quiet,
    cursor: quiet,
    padding: [shape.xTexts === 'top' ? 0 : edge, side, shape.xTexts === 'bottom' ? 0 : edge, 0],
    scales: {
      x: { time: false, range: () => frame.x() },
      y: { distr: shape.y === 'log' ? 3 : 1, range: () => frame.y() }
    },
    axes: [xAxis(shape, palette), { ...yAxis(shape, palette), size: leftPx }],
    series: [
      {},
      { show: false },
      { show: false },
      { ...line, points: quiet, stroke: palette.expected, width: palette.linePx * 0.8, dash: [5, 3] },
      { ...line, points: { size: palette.linePx * 3, fill: palette.seen }, stroke: palette.seen, width: palette.linePx }
    ],
    hooks: {
      drawClear: [(plot) => paintBehind(plot, frame.scene(), palette)],
      drawAxes: [(plot) => paintDense(plot, palette)],
      draw: [(plot) => paintOver(plot, frame.scene(), palette)]
    }
  };
}

function xAxis(shape: PlotShape, palette: Palette): uPlot.Axis {
  const hasTexts = shape.xTexts !== 'none';
  const isTime = shape.x === 'time';
  const { leftPx, rightPx } = shape.hasYAxis ? plotMargins(palette) : { leftPx: 0, rightPx: 0 };
  /** A text that the canvas would cut off at its side is left out. */
  const fits = (plot: uPlot, split: number, text: string) => {
    const { min, max } = plot.scales.x!;
    const x = leftPx + ((split - min!) / (max! - min!)) * (plot.width - leftPx - rightPx);
    const half = text.length * palette.fontPx * 0.28;
    return x >= half && x + half <= plot.width;
  };
  return {
    ...lines(palette),
    side: shape.xTexts === 'top' ? 0 : 2,
    size: hasTexts ? Math.round(palette.fontPx * 1.6) : 0,
    gap: hasTexts ? Math.round(palette.fontPx * 0.25) : 0,
    space: palette.fontPx * 6,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    ...(isTime && {
      incrs: [1],
      space: 0,
      splits: (plot: uPlot, _axis: number, fromMs: number, toMs: number) =>
        timeTicks({ fromMs, toMs }, plot.width / (palette.fontPx * 6))
    }),
    values: (plot, splits) => {
      const texts = isTime ? timeTickTexts(splits) : splits.map(String);
      return texts.map((text, i) => (hasTexts && fits(plot, splits[i]!, text) ? text : null));
    }
  };
}

function yAxis(shape: PlotShape, palette: Palette): uPlot.Axis {
  const isLog = shape.y === 'log';
  return {
    ...lines(palette),
    show: shape.hasYAxis,
    space: palette.fontPx * 1.5,
    gap: Math.round(palette.fontPx * 0.4),
    ...(isLog && {
      splits: (plot: uPlot, _axis: number, low: number, high: number) =>
        logTicks(low, high, plot.height / (palette.fontPx * 1.9)),
      filter: (_plot: uPlot, splits: number[]) => splits
    }),
    values: (_plot, splits, _axis, _space, step) =>
      splits.map((split) => formatNumber(split, decimalsOf(isLog ? split : step)))
  };
}

function lines(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.inkMuted,
    font: `${palette.fontPx}px ${palette.fontFamily}`,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
    border: { show: false }
  };
}

/** Decimals of a round number such as 0.25. */
function decimalsOf(round: number): number {
  return `${round}`.split('.')[1]?.length ?? 0;
}
