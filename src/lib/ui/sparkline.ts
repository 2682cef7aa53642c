/** The outline of a sparkline. Knows no theme and no pump; what is drawn with it is decoration beside words. */

/** SVG path of a series over `width` × `height`, its smallest value at the bottom. NaN breaks the line; a point alone between gaps is a dot of zero length; no finite value gives an empty path. */
export function sparklinePath(values: Float32Array, width: number, height: number): string {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const scale = max > min ? height / (max - min) : 0;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const commands: string[] = [];
  let isDrawing = false;
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      isDrawing = false;
      return;
    }
    const y = scale === 0 ? height / 2 : height - (value - min) * scale;
    commands.push(`${isDrawing ? 'L' : 'M'}${round(i * step)} ${round(y)}${isDrawing ? '' : 'h0'}`);
    isDrawing = true;
  });
  return commands.join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
