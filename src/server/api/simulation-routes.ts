/** The endpoints that start and stop the simulated pump. */
import * as v from 'valibot';
import { sensorLayout } from '../../lib/simulate/sensors';
import { faultCourses } from '../../lib/simulate/fault-course';
import { faultKinds, parseFault } from '../../lib/simulate/fault';
import type { RunningSimulation, Simulation } from '../scoring/simulation';
import { assetId } from './fields';
import { describeReason, refusalSchema, refuse } from './refusal';
import { defineRoute, type Route } from './route';

/** Readings that a simulation sends in a second, at most. */
const mostPerSecond = 1000;

const number = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

const faultIn = v.strictObject({
  kind: v.picklist(faultKinds),
  severity: v.optional(number(0, 1)),
  startS: v.optional(number(0, 1e9)),
  course: v.optional(v.picklist(faultCourses)),
  durationS: v.optional(number(1e-3, 1e9)),
  untilS: v.optional(v.nullable(number(0, 1e9))),
  channel: v.optional(v.nullable(v.picklist(sensorLayout.names)))
});

const setupIn = v.pipe(
  v.strictObject({
    assetId: v.optional(assetId, 'simulated-pump'),
    pumps: v.optional(v.pipe(number(1, 100), v.integer()), 1),
    rateHz: v.optional(number(1e-3, 100), 1),
    speed: v.optional(number(0.01, 10_000), 1),
    seed: v.optional(v.pipe(number(0, 2 ** 32 - 1), v.integer()), 1),
    fault: v.optional(v.nullable(faultIn), null)
  }),
  v.check(
    ({ pumps, rateHz, speed }) => pumps * rateHz * speed <= mostPerSecond,
    `at most ${mostPerSecond} readings a second`
  )
);

const runningOut = v.strictObject({
  assets: v.array(v.string()),
  startedMs: v.number(),
  rateHz: v.number(),
  speed: v.number(),
  sent: v.number(),
  lost: v.number()
});
const stateOut = v.strictObject({ isRunning: v.boolean(), simulation: v.nullable(runningOut) });

/** The rows. */
export function simulationRoutes(simulation: Simulation): Route[] {
  const start = defineRoute({
    method: 'POST',
    path: '/api/start-simulation',
    name: 'startSimulation',
    summary:
      'Lets simulated pumps send readings, with a fault if one is asked for. Replaces what an earlier simulation left.',
    tag: 'readings',
    access: 'simulate',
    body: v.optional(setupIn, {}),
    cost: 10,
    answers: {
      201: { describes: 'It runs.', schema: stateOut },
      409: { describes: 'One runs already, or a real pump has this name.', schema: refusalSchema }
    },
    async handle({ body: { assetId, fault, ...setup }, requestId }) {
      const parsed =
        fault && parseFault(Object.fromEntries(Object.entries(fault).filter(([, given]) => given !== undefined)));
      if (parsed && !parsed.ok) {
        const { where, found, expected } = parsed.fault;
        const place = where.replace(/^fault, /, 'body.fault.');
        return refuse(describeReason(422, 'bad-input', place, found, expected), requestId);
      }
      const started = await simulation.start({ asset: assetId, ...setup, fault: parsed?.value ?? null });
      if (!('refused' in started)) return { status: 201, body: { isRunning: true, simulation: show(started) } };
      const reason =
        started.refused === 'busy'
          ? describeReason(409, 'busy', 'body', 'a simulation that runs', 'none: stop it first')
          : describeReason(409, 'other-source', 'body.assetId', started.assetId, 'a name that no real pump bears');
      return refuse(reason, requestId);
    }
  });

  const stop = defineRoute({
    method: 'POST',
    path: '/api/stop-simulation',
    name: 'stopSimulation',
    summary: 'Stops the simulated pumps; their readings stay.',
    tag: 'readings',
    access: 'simulate',
    answers: { 200: { describes: 'None runs; `simulation` is the one that ran.', schema: stateOut } },
    async handle() {
      const stopped = await simulation.stop();
      return { status: 200, body: { isRunning: false, simulation: stopped && show(stopped) } };
    }
  });

  const look = defineRoute({
    method: 'GET',
    path: '/api/simulation',
    name: 'getSimulation',
    summary: 'The simulation that runs.',
    tag: 'readings',
    access: 'history.read',
    answers: { 200: { describes: 'It, or null.', schema: stateOut } },
    handle() {
      const running = simulation.running();
      return { status: 200, body: { isRunning: running !== null, simulation: running && show(running) } };
    }
  });

  return [start, stop, look];
}

function show({ assets, startedMs, setup, sent, lost }: RunningSimulation): v.InferOutput<typeof runningOut> {
  return { assets: [...assets], startedMs, rateHz: setup.rateHz, speed: setup.speed, sent, lost };
}
