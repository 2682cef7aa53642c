/**
 * A serial port that sends readings as lines: NDJSON, or CSV behind a header line. It only listens. What the lines say is `wire`.
 */
import type { Clock } from '../../domain/clock';
import type { Reading } from '../../domain/reading';
import type { ReadingSource, SerialSetup, SourceListener } from '../../domain/source';
import { createWireReader } from '../wire/wire-reader';
import { createLineCutter, isHeader } from './lines';
import { createSerialLink } from './link';
import { createBrowserPorts } from './port';
import type { SerialPorts } from './port';

/** What a host gives. Without `ports` they are the browser's. */
export interface SerialParts {
  clock: Clock;
  random?: () => number;
  ports?: SerialPorts;
}

/** Creates the source at rest. A line that cannot be read, and what the line itself loses, is told as a loss. */
export function createSerialSource(
  setup: SerialSetup,
  listener: SourceListener,
  { clock, random = Math.random, ports = createBrowserPorts() }: SerialParts
): ReadingSource {
  const createReader = () => createWireReader(setup.format, (loss) => listener.loss(loss));
  let reader = createReader();
  let readings: Reading[] = [];
  const cutter = createLineCutter({
    line(text, isFirst) {
      // A device that starts: it may be another one, with other columns.
      if (isFirst && isHeader(text)) reader = createReader();
      readings.push(...reader.readLine(text, clock.now(), setup.asset));
    },
    unreadable: (fault) => listener.loss({ kind: 'unreadable', count: 1, example: fault })
  });

  return createSerialLink({
    line: setup.line,
    clock,
    random,
    ports,
    listener,
    handler: {
      opened: () => cutter.restart(),
      receive(bytes) {
        readings = [];
        cutter.push(bytes);
        if (readings.length > 0) listener.readings(readings);
      },
      damaged: () => cutter.skip(),
      ended: () => {}
    }
  });
}
