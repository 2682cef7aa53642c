/**
 * The WGSL kernels in Node on Dawn: no browser, no display, and nothing installed: the built folder can be carried to any
 * machine that has Node and a GPU. Beside them stock TensorFlow.js on the same adapter, and the roof of the device.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAgreement } from '../agreement';
import { drawBenchCase } from '../case';
import { measureGroups } from '../measure';
import { planDawn } from '../plan';
import { beginReport, finishReport } from '../publish';
import { createHost } from '../subject';
import { createGpuSubjects, describeAdapter } from '../subjects/gpu';

/** What `dawn.node` exports. */
interface Dawn {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

const startMs = performance.now();
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'string' }
  }
});
const { create, globals } = createRequire(import.meta.url)(join(import.meta.dirname, 'dawn.node')) as Dawn;
Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]), userAgent: 'Node' }, configurable: true });

const adapter = await describeAdapter();
if (!adapter) {
  console.error(
    'No WebGPU adapter: it takes a Vulkan driver and the loader libvulkan.so.1. With --software, those of Chromium.'
  );
  process.exit(1);
}
const bench = drawBenchCase();
const host = createHost(createGpuSubjects(bench));
const report = beginReport(['node tests/bench/dawn.mjs', ...process.argv.slice(2)].join(' '));
report.browser = 'Dawn, without a browser';
report.adapter = adapter.name;
report.hasSoftwareGpu = adapter.isSoftware;
await measureGroups(planDawn(options.quick), () => host, createAgreement(bench), report, {
  isTrial: options.quick,
  say: console.error
});
const isRight = finishReport(report, (performance.now() - startMs) / 1000, {
  json: options.json ?? null,
  markdown: options.markdown ?? null
});
// Dawn keeps the process alive as long as its devices.
process.exit(isRight ? 0 : 1);
