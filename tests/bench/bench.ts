/** The run: installs and lays out what is needed, measures section by section, reports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgreement } from './agreement';
import { drawBenchCase, type BenchCase } from './case';
import { openPage } from './hosts/chromium';
import { openPython } from './hosts/python';
import { measureGroups } from './measure';
import type { Options, Section } from './options';
import { installPeers, type Peers } from './peers';
import { placeOf, planGroups, type Place } from './plan';
import { runProduct } from './product/product';
import { beginReport, finishReport } from './publish';
import type { Report } from './report';
import { createHost, type Host } from './subject';
import { prepareOnnxRuntime, type OnnxRuntime } from './subjects/onnxruntime';
import { caseFolder, folder, layOut, servePage } from './workshop';

const say = (line: string) => console.error(line);

/** Runs, prints the table, writes what was asked for. False where a subject was wrong. */
export async function runBench(options: Options, command: string): Promise<boolean> {
  const startMs = performance.now();
  const report = beginReport(command, options.sections.length > 0);
  if (options.sections.length > 0) await runEngine(options, report);
  if (options.productSections.length > 0) await runProduct(options, report, say);
  return finishReport(report, (performance.now() - startMs) / 1000, options);
}

/** The engine beside its peers. */
async function runEngine(options: Options, report: Report): Promise<void> {
  const peers = await installPeers(join(folder, 'peers'), say);
  const bench = drawBenchCase();
  const check = createAgreement(bench);
  const native = createHost({ 'onnxruntime-node': () => prepareNative(peers, bench) });
  await layOut(peers, bench);
  const site = await servePage();

  /** A browser, and for PyTorch a process, of each section's own: what one leaves behind does not weigh on the next. */
  async function runSection(section: Section): Promise<void> {
    const page = await openPage(site.address);
    const python = openPython();
    try {
      const adapter = await page.host.describeAdapter();
      report.browser = page.browser;
      report.adapter = adapter?.name ?? null;
      report.hasSoftwareGpu = adapter?.isSoftware ?? true;
      const hosts: Record<Place, Host> = { page: page.host, node: native, python: python.host };
      const groups = planGroups(section, report.hasSoftwareGpu);
      await measureGroups(groups, (name) => hosts[placeOf(name)], check, report, { isTrial: options.isTrial, say });
    } finally {
      await python.close();
      await page.close();
    }
  }

  try {
    for (const section of options.sections) await runSection(section);
  } finally {
    await site.close();
  }
}

function prepareNative(peers: Peers, bench: BenchCase) {
  const runtime = peers.load('onnxruntime-node') as OnnxRuntime;
  return prepareOnnxRuntime(runtime, readFileSync(join(caseFolder, 'model.onnx')), 'cpu', bench);
}
