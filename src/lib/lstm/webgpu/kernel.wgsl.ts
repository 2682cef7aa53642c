/**
 * What the kernels of a training step share: how a kernel names the buffers it reads and writes, and the block of scalars
 * that changes from one micro-batch to the next. Declarations and bind group layouts both come from here, so that they agree.
 */

/** A storage buffer of a kernel: what it may do with it, and of what it is an array. */
export interface BufferUse {
  readonly access: 'read' | 'read_write';
  readonly element: 'f32' | 'i32' | 'u32' | 'vec4<f32>';
}

/** One compute shader. Its buffers are bound in the order named, the block of scalars behind them. */
export interface Kernel<Name extends string = string> {
  readonly label: string;
  readonly buffers: Readonly<Record<Name, BufferUse>>;
  readonly code: string;
}

/** Scalars of one micro-batch: some windows of a batch, in the order the batch takes them. */
export interface StepScalars {
  /** Windows in this micro-batch. */
  readonly rows: number;
  /** Windows of the batch that came before it. */
  readonly base: number;
  /** Where in the list of starts its windows begin. */
  readonly first: number;
  /** Windows in the whole batch. */
  readonly count: number;
  /** Windows whose gradients are summed into one partial sum. */
  readonly perSplit: number;
  /** Where the batch's loss goes. */
  readonly slot: number;
  /** 1 / (count · steps · channels). */
  readonly lossScale: number;
  /** 1 / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ). */
  readonly firstCorrection: number;
  readonly secondCorrection: number;
}

const integers = ['rows', 'base', 'first', 'count', 'perSplit', 'slot'] as const;
const reals = ['lossScale', 'firstCorrection', 'secondCorrection'] as const;

/** Bytes of the block of scalars. */
export const stepBytes = 4 * (integers.length + reals.length);

/** Writes the block of scalars at `byteOffset`. */
export function writeStep(into: DataView, byteOffset: number, step: StepScalars): void {
  integers.forEach((name, i) => into.setUint32(byteOffset + 4 * i, step[name], true));
  reals.forEach((name, i) => into.setFloat32(byteOffset + 4 * (integers.length + i), step[name], true));
}

/** Workgroups that every device can take along a dimension. */
export const mostGroups = 65_535;

/** The uses that occur. */
export const readF32: BufferUse = { access: 'read', element: 'f32' };
export const writeF32: BufferUse = { access: 'read_write', element: 'f32' };
export const readVec4: BufferUse = { access: 'read', element: 'vec4<f32>' };
export const writeVec4: BufferUse = { access: 'read_write', element: 'vec4<f32>' };
export const readI32: BufferUse = { access: 'read', element: 'i32' };
export const readU32: BufferUse = { access: 'read', element: 'u32' };

/** Writes how the four weights at `place` are read from the buffer `name`, with `f16` from two words of two 16-bit floats. */
export function readGates(name: string, place: string, f16: boolean): string {
  return f16
    ? `vec4(unpack2x16float(${name}[2u * (${place})]), unpack2x16float(${name}[2u * (${place}) + 1u]))`
    : `${name}[${place}]`;
}

/** Puts declarations of the buffers and of `step` before `body`. */
export function createKernel<Name extends string>(
  label: string,
  buffers: Readonly<Record<Name, BufferUse>>,
  body: string
): Kernel<Name> {
  const uses = Object.entries<BufferUse>(buffers);
  const declarations = uses.map(
    ([name, { access, element }], i) => `@group(0) @binding(${i}) var<storage, ${access}> ${name} : array<${element}>;`
  );
  const code = `
struct Step { ${integers.map((name) => `${name} : u32,`).join(' ')} ${reals.map((name) => `${name} : f32,`).join(' ')} }
${declarations.join('\n')}
@group(0) @binding(${uses.length}) var<uniform> step : Step;
${body}`;
  return { label, buffers, code };
}

/** `write(0) … write(count − 1)`, one a line: loops that must be unrolled, because registers have no index. */
export function unroll(count: number, write: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => write(i)).join('\n');
}
