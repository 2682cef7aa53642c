/**
 * A Chromium of a test's own that can be killed like a tablet's: a folder for its data that outlives it, a page that runs one
 * worker or several of the same script, and a server on this machine that the workers report to and ask.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { chromiumArguments, findChromium } from './chromium.mjs';

/** A report of the worker: the path it posted to, and what. */
export interface Report {
  path: string;
  body: unknown;
}

export interface OwnBrowser {
  /** Starts it on the data that the one before left. */
  start(): void;
  /** Ends it and all its processes at once, as a power button does. Resolves with the reports that nobody asked for yet. */
  kill(): Promise<Report[]>;
  /** The next report to one of the paths; the ones before it are passed over. */
  next(...paths: string[]): Promise<Report>;
  /** CPU time that its processes have used, seconds; from the kernel's tables. */
  cpuSeconds(): number;
  /** Kills it, stops the server and deletes the data. */
  close(): Promise<void>;
}

/** What the server answers a worker's request with, as JSON; null leaves it to be a report. One that never resolves leaves the worker waiting. */
export type AnswerWorker = (method: string, url: string, body: string) => Promise<unknown> | null;

/** Bundles the worker and sets everything up but the browser. `workers` run at a time, named by their numbers from 0. */
export async function createOwnBrowser(
  workerFile: string,
  { workers = 1, answer = () => null }: { workers?: number; answer?: AnswerWorker } = {}
): Promise<OwnBrowser> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error('There is no Chromium.');
  const script = await bundle(workerFile);
  const data = mkdtempSync(join(tmpdir(), 'pumpside-browser-'));
  const reports: Report[] = [];
  let onReport = () => {};
  const server = serve(script, workers, answer, (report) => {
    reports.push(report);
    onReport();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let browser: ChildProcess | null = null;

  async function kill(): Promise<Report[]> {
    if (!browser) return [];
    const gone = once(browser, 'exit');
    // The group: the processes of the tabs and of the storage go with it.
    process.kill(-browser.pid!, 'SIGKILL');
    browser = null;
    await gone;
    return reports.splice(0);
  }

  return {
    start() {
      const options = ['--headless=new', `--user-data-dir=${data}`, '--no-default-browser-check'];
      browser = spawn(chromium, [...chromiumArguments, ...options, `${origin}/`], { detached: true, stdio: 'ignore' });
    },
    kill,
    async next(...paths) {
      for (;;) {
        for (let report = reports.shift(); report; report = reports.shift()) {
          if (report.path === '/failed') throw new Error(String(report.body));
          if (paths.includes(report.path)) return report;
        }
        await new Promise<void>((resolve) => (onReport = resolve));
      }
    },
    cpuSeconds: () => cpuSecondsOf(browser?.pid ?? -1),
    async close() {
      await kill();
      server.closeAllConnections();
      server.close();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    }
  };
}

async function bundle(workerFile: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { $lib: join(import.meta.dirname, '../../src/lib') } },
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      rollupOptions: { input: workerFile, output: { codeSplitting: false } }
    }
  });
  if (!('output' in built)) throw new Error('Vite built something else than one bundle.');
  return built.output[0].code;
}

function serve(script: string, workers: number, answer: AnswerWorker, onReport: (report: Report) => void): Server {
  const start = `for (let i = 0; i < ${workers}; i++) new Worker('/worker.js', { type: 'module', name: String(i) })`;
  const page = `<!doctype html><title>t</title><script>${start}</script>`;

  function take(method: string, url: string, body: string, response: ServerResponse): void {
    const answered = answer(method, url, body);
    if (!answered && method === 'POST') onReport({ path: url, body: JSON.parse(body) });
    if (!answered) response.end();
    answered?.then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error))
    );
  }

  return createServer((request, response) => {
    const { method = '', url = '' } = request;
    if (url === '/worker.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (url === '/') response.setHeader('content-type', 'text/html').end(page);
    else {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => take(method, url, text, response));
    }
  });
}

/** User and system time of all processes of a group, from /proc; ticks are hundredths of a second on Linux. */
function cpuSecondsOf(group: number): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      continue; // ended meanwhile
    }
  }
  return ticks / 100;
}
