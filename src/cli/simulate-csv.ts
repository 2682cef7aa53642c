/** A simulated pump's readings as a CSV file, written while they are made. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createLateQueue } from '../lib/simulate/late-queue';
import { everydayOperation, type Operation } from '../lib/simulate/operation';
import type { TwinFault } from '../lib/simulate/fault';
import { sensorLayout, sensors } from '../lib/simulate/sensors';
import { createTwin } from '../lib/simulate/twin';
import { createLineWriter, writeHeader } from './csv-lines';

export interface CsvJob {
  file: string;
  hours: number;
  rateHz: number;
  seed: number;
  faults: TwinFault[];
  /** Runs and rests by turns, started directly on the line; null runs the everyday operation without a stop. */
  duty: Operation['duty'];
}

/** One seed is one recording, whenever it is made. */
const startMs = Date.UTC(2026, 2, 16, 9);
const chunkCharacters = 1 << 18;

/** Writes the recording and returns its rows. Rows are in the order of their arrival: a late packet stands behind younger ones. */
export async function writeSimulation({ file, hours, rateHz, seed, faults, duty }: CsvJob): Promise<number> {
  const operation = duty ? { ...everydayOperation, cycle: lineCycle, duty, isDirectStart: true } : everydayOperation;
  const twin = createTwin({ seed, startMs, operation, isWarm: true });
  for (const fault of faults) twin.inject(fault);
  const writeLine = createLineWriter(sensors.map(({ stepsPerUnit }) => stepsPerUnit));
  const late = createLateQueue<string>();
  const values = new Float64Array(sensors.length);
  const rows = Math.floor(hours * 3600 * rateHz);
  const stepS = 1 / rateHz;
  const stream = createWriteStream(file);
  await once(stream, 'open');
  let chunk = writeHeader(sensorLayout.names);
  for (let row = 0; row < rows; row++) {
    if (row > 0) twin.advance(stepS);
    twin.measure(stepS, values);
    const tMs = Math.round((row * 1000) / rateHz);
    const line = writeLine(startMs + tMs, values);
    if (twin.delayS() > 0) late.hold(tMs + 1000 * twin.delayS(), line);
    else chunk += line;
    if (faults.length > 0) chunk += late.takeDue(tMs).join('');
    if (chunk.length < chunkCharacters) continue;
    if (!stream.write(chunk, 'latin1')) await once(stream, 'drain');
    chunk = '';
  }
  stream.end(chunk + late.takeDue(Infinity).join(''), 'latin1');
  await once(stream, 'finish');
  return rows;
}

/** A pump on the line has one speed. */
const lineCycle = everydayOperation.cycle.map(([minute, resistance]) => [minute, resistance, 1] as const);
