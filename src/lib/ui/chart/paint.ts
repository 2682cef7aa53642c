/**
 * Paints a scene on a plot's canvas: bands, baseline and hatching beneath the lines, limit, mark and numbers over them.
 * Works in canvas pixels inside the plotting area; changes no state of the plot.
 */
import type uPlot from 'uplot';
import type { Columns } from './columns';
import { fillEnvelope, strokeDense } from './lines';
import type { Palette } from './palette';
import type { Scene, Span } from './scene';

/** Beneath the lines. */
export function paintBehind(plot: uPlot, scene: Scene, palette: Palette): void {
  inside(plot, (ctx, box, ratio) => {
    for (const band of scene.bands) {
      const [x, width] = place(plot, band, ratio);
      ctx.fillStyle = palette[band.kind];
      ctx.fillRect(x, box.top, width, box.height);
      if (!band.isSelected) continue;
      ctx.fillStyle = palette.ink;
      ctx.fillRect(x - 2 * ratio, box.top, 2 * ratio, box.height);
      ctx.fillRect(x + width, box.top, 2 * ratio, box.height);
    }
    for (const span of scene.hatched) hatch(plot, ctx, place(plot, span, ratio), palette.unknown, ratio);
    ctx.fillStyle = palette.unknown;
    for (const span of scene.baseline) {
      const [x, width] = place(plot, span, ratio);
      ctx.fillRect(x, box.top + box.height - 4 * ratio, width, 4 * ratio);
    }
  });
}

/** The envelope, and both lines where they are too dense for uPlot to stroke. */
export function paintDense(plot: uPlot, palette: Palette): void {
  inside(plot, (ctx, _box, ratio) => {
    const [, max, min] = plot.data as Columns['data'];
    ctx.globalAlpha = 0.25;
    fillEnvelope(plot, max, min, palette.seen);
    ctx.globalAlpha = 1;
    strokeDense(plot, 3, palette.expected, palette.linePx * ratio * 0.8, [5 * ratio, 3 * ratio]);
    strokeDense(plot, 4, palette.seen, palette.linePx * ratio, []);
  });
}

/** Over the lines. */
export function paintOver(plot: uPlot, scene: Scene, palette: Palette): void {
  inside(plot, (ctx, box, ratio) => {
    ctx.lineWidth = 1.5 * ratio;
    ctx.strokeStyle = palette.ink;
    if (scene.limit !== null) {
      ctx.setLineDash([6 * ratio, 4 * ratio]);
      const y = plot.valToPos(scene.limit, 'y', true);
      line(ctx, box.left, y, box.left + box.width, y);
      ctx.setLineDash([]);
    }
    ctx.strokeStyle = palette.inkMuted;
    if (scene.mark !== null) {
      const x = plot.valToPos(scene.mark, 'x', true);
      line(ctx, x, box.top, x, box.top + box.height);
    }
    ctx.font = `650 ${palette.fontPx * ratio * 0.9}px ${palette.fontFamily}`;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    ctx.fillStyle = palette.ink;
    let freeFrom = box.left;
    for (const band of scene.bands) {
      const x = Math.max(place(plot, band, ratio)[0], box.left) + 3 * ratio;
      if (band.text === '' || x < freeFrom || band.to < plot.scales.x!.min! || band.from > plot.scales.x!.max!)
        continue;
      ctx.fillText(band.text, x, box.top + 3 * ratio);
      freeFrom = x + ctx.measureText(band.text).width + 6 * ratio;
    }
  });
}

function inside(plot: uPlot, paint: (ctx: CanvasRenderingContext2D, box: uPlot.BBox, ratio: number) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, bbox, ctx.canvas.width / plot.width);
  ctx.restore();
}

/** Left edge and width of a span, cut to the plot so that an endless one can be drawn; never thinner than two CSS pixels. */
function place(plot: uPlot, span: Span, ratio: number): [number, number] {
  const { min, max } = plot.scales.x!;
  const margin = (max! - min!) / 10;
  const from = plot.valToPos(Math.min(Math.max(span.from, min! - margin), max! + margin), 'x', true);
  const to = plot.valToPos(Math.min(Math.max(span.to, min! - margin), max! + margin), 'x', true);
  return [from, Math.max(to - from, 2 * ratio)];
}

function hatch(
  plot: uPlot,
  ctx: CanvasRenderingContext2D,
  [x, width]: [number, number],
  colour: string,
  ratio: number
): void {
  const { left, top, width: full, height } = plot.bbox;
  const from = Math.max(x, left);
  const to = Math.min(x + width, left + full);
  if (to <= from) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, top, to - from, height);
  ctx.clip();
  ctx.beginPath();
  const step = 7 * ratio;
  // Lines start at multiples of the step over the whole plot, so that neighbours join.
  for (let foot = Math.floor((from - height) / step) * step; foot < to; foot += step) {
    ctx.moveTo(foot, top + height);
    ctx.lineTo(foot + height, top);
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = ratio;
  ctx.stroke();
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
