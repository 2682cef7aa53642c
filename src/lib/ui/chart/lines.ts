/**
 * Draws series with gaps at NaN, cheaply where points are dense. On a software canvas one stroke of 1.5 pixels or one filled area
 * through 2,000 noisy points takes 4 to 8 ms, a stroke of one pixel 0.3 ms. So a dense line is a few thin strokes beside each
 * other, and an area is thin upright strokes. Works in canvas pixels; clipping is the caller's.
 */
import type uPlot from 'uplot';

/** True where points stand closer than a pixel and a half, so that the joins of thin strokes cannot be seen. */
function isDense(plot: uPlot): boolean {
  const [from, to] = plot.series[0]!.idxs!;
  return to - from > plot.bbox.width / 1.5;
}

/** uPlot's path of a series; none where it is dense and `strokeDense` serves. */
export const strokeSparse: uPlot.Series.PathBuilder = (plot, place) =>
  isDense(plot) ? null : { stroke: linePath(plot, place) };

/** Strokes a dense series in thin strokes up to `thickness`; does nothing where `strokeSparse` serves. */
export function strokeDense(plot: uPlot, place: number, colour: string, thickness: number, dash: number[]): void {
  if (!isDense(plot)) return;
  const { ctx } = plot;
  const path = linePath(plot, place);
  const strokes = Math.max(Math.ceil(thickness), 1);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  ctx.translate(0, -(thickness - 1) / 2);
  for (let stroke = 0; stroke < strokes; stroke++) {
    ctx.stroke(path);
    ctx.translate(0, strokes > 1 ? (thickness - 1) / (strokes - 1) : 0);
  }
  ctx.restore();
}

/** Fills the area between maximum and minimum: in each pixel column one stroke over what falls on it. */
export function fillEnvelope(plot: uPlot, max: Float32Array, min: Float32Array, colour: string): void {
  const [x, y] = pixelScales(plot);
  const t = plot.data[0];
  const [first, last] = plot.series[0]!.idxs!;
  const path = new Path2D();
  let column = NaN;
  let top = 0;
  let foot = 0;
  const end = Math.min(last + 2, max.length);
  for (let i = Math.max(first - 1, 0); i <= end; i++) {
    const isGap = i === end || Number.isNaN(max[i]);
    const start = isGap ? column + 1 : Math.round(x(t[i]!));
    // A bucket fills the columns up to the next one; before a gap it has one column.
    for (; column < start; column++) {
      path.moveTo(column + 0.5, top);
      path.lineTo(column + 0.5, foot);
    }
    if (isGap) {
      column = NaN;
    } else if (column === start && i > 0 && Math.round(x(t[i - 1]!)) === start) {
      top = Math.min(top, y(max[i]!));
      foot = Math.max(foot, y(min[i]!));
    } else {
      column = start;
      top = y(max[i]!);
      foot = y(min[i]!);
    }
  }
  plot.ctx.strokeStyle = colour;
  plot.ctx.lineWidth = 1;
  plot.ctx.stroke(path);
}

/** The visible part of a series, broken at NaN; a value alone between gaps is a dot. */
function linePath(plot: uPlot, place: number): Path2D {
  const [x, y] = pixelScales(plot);
  const t = plot.data[0];
  const values = plot.data[place]!;
  const [first, last] = plot.series[0]!.idxs!;
  const path = new Path2D();
  let isDrawing = false;
  for (let i = Math.max(first - 1, 0); i <= Math.min(last + 1, values.length - 1); i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      isDrawing = false;
      continue;
    }
    if (!isDrawing) path.moveTo(x(t[i]!) - 0.5, y(value));
    path.lineTo(x(t[i]!), y(value));
    isDrawing = true;
  }
  return path;
}

/** Canvas pixels of a time and of a value, without uPlot's work per call. What a logarithmic axis cannot show stands below it. */
function pixelScales(plot: uPlot): [x: (t: number) => number, y: (value: number) => number] {
  const { left, top, width, height } = plot.bbox;
  const { min: t0, max: t1 } = plot.scales.x!;
  const { min: y0, max: y1, distr } = plot.scales.y!;
  const scaled = distr === 3 ? (value: number) => Math.log10(Math.max(value, y0! / 10)) : (value: number) => value;
  const xRate = width / (t1! - t0!);
  const yRate = height / (scaled(y1!) - scaled(y0!));
  const foot = top + height + scaled(y0!) * yRate;
  return [(t) => left + (t - t0!) * xRate, (value) => foot - scaled(value) * yRate];
}
