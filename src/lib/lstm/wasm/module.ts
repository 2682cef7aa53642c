/**
 * The WebAssembly module of the CPU kernels: its two builds, what it exports, and an instance over a memory of ours or of
 * somebody else's. Addresses and strides are bytes, counts are numbers.
 */

/** The exports of `assembly/index.ts`; their documentation stands there. */
export interface Kernels {
  multiply(
    a: number,
    aStride: number,
    piece: number,
    pieces: number,
    pieceStride: number,
    rows: number,
    b: number,
    panels: number,
    initial: number,
    initialStride: number,
    initialPanel: number,
    out: number,
    outStride: number,
    outPanel: number
  ): void;
  project(
    a: number,
    aStride: number,
    depth: number,
    rows: number,
    b: number,
    panels: number,
    bias: number,
    out: number,
    outStride: number,
    outPanel: number
  ): void;
  forward(
    recurrent: number,
    initial: number,
    initialStep: number,
    initialPanel: number,
    rows: number,
    steps: number,
    units: number,
    gates: number,
    hidden: number,
    cell: number,
    stride: number,
    keepAll: number
  ): void;
  backward(
    transposed: number,
    zero: number,
    rows: number,
    steps: number,
    units: number,
    gates: number,
    cell: number,
    dHidden: number,
    dState: number,
    dCell: number,
    stride: number
  ): void;
  accumulate(
    a: number,
    aStride: number,
    depth: number,
    count: number,
    d: number,
    dPanel: number,
    panels: number,
    out: number
  ): void;
  addRows(d: number, dPanel: number, count: number, panels: number, out: number): void;
  addSteps(d: number, steps: number, rows: number, panels: number, out: number): void;
  sumErrors(
    x: number,
    y: number,
    rows: number,
    steps: number,
    channels: number,
    isSquared: number,
    out: number,
    last: number
  ): void;
  differentiateLoss(x: number, y: number, count: number, channels: number, isSquared: number, scale: number): number;
  sumSquares(g: number, count: number): number;
  adam(
    parameters: number,
    gradient: number,
    m: number,
    v: number,
    count: number,
    scale: number,
    rate: number,
    beta1: number,
    beta2: number,
    unbias: number,
    epsilon: number
  ): void;
  transpose(source: number, panels: number, depth: number, out: number): void;
  interleave(source: number, rows: number, steps: number, channels: number, out: number): void;
}

/** How the module multiplies and adds: in one instruction, or in two. */
export type KernelFlavour = 'relaxed' | 'plain';

/** A compiled build. */
export interface KernelModule {
  readonly flavour: KernelFlavour;
  readonly module: WebAssembly.Module;
}

/** Fetches the bytes of a build; a host knows from where. */
export type LoadKernels = (flavour: KernelFlavour) => Promise<BufferSource>;

/** A module with one relaxed multiply-add: valid exactly where relaxed SIMD is. */
const relaxedProbe = Uint8Array.from(
  '0061736d0100000001080160037b7b7b017b030201000a0d010b00200020012002fd85020b'.match(/../g)!,
  (byte) => parseInt(byte, 16)
);

/** The best build this engine can run. A browser without relaxed SIMD refuses the whole module, so it must never see it. */
function chooseFlavour(): KernelFlavour {
  return WebAssembly.validate(relaxedProbe) ? 'relaxed' : 'plain';
}

/** Fetches and compiles a build. */
export async function compileKernels(load: LoadKernels, flavour = chooseFlavour()): Promise<KernelModule> {
  return { flavour, module: await WebAssembly.compile(await load(flavour)) };
}

/** Runs the module over a memory. It owns no memory, stack or data of its own, so the memory may be shared with other code. */
export function instantiateKernels({ module }: KernelModule, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
