/** Installs the peers into the bench's own folder, exactly these versions, without their install scripts. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The first three are measured, or carry what is measured; the others write their inputs. */
const versions = {
  'onnxruntime-node': '1.30.0',
  'onnxruntime-web': '1.30.0',
  webgpu: '0.6.2',
  protobufjs: '8.8.1',
  wabt: '1.0.39'
};

/** A package that the bench loads. */
export type PeerName = keyof typeof versions;

/** The installed packages. */
export interface Peers {
  /** Where a package's file lies. */
  locate(name: PeerName, path: string): string;
  /** Loads a CommonJS package; throws where its binary does not fit this machine. */
  load(name: PeerName): unknown;
}

/** Installs what is missing in `folder`, by npm; `say` hears of it. Rejects with npm's output when that fails. */
export async function installPeers(folder: string, say: (line: string) => void): Promise<Peers> {
  const manifest = JSON.stringify({ private: true, dependencies: versions }, null, 2);
  const path = join(folder, 'package.json');
  const isComplete =
    existsSync(path) &&
    readFileSync(path, 'utf8') === manifest &&
    Object.keys(versions).every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  if (!isComplete) {
    say(`Installing the peers into ${folder}, once…`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, manifest);
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  }
  const require = createRequire(path);
  return {
    locate: (name, file) => join(folder, 'node_modules', name, file),
    load: (name) => require(name) as unknown
  };
}
