/**
 * The interface made from its rows: every request is admitted, handled, answered, logged and counted the same way. What came in wrong is
 * refused; what a handler throws is our fault, told to the log. Knows no endpoint.
 */
import { Hono, type Context } from 'hono';
import { safeParse } from 'valibot';
import { callerId } from './access';
import { admit, type Call, type Gate } from './admit';
import { describeReason, refuse } from './refusal';
import type { Answer, Route } from './route';
import { statusesOf } from './statuses';

/** What the interface is made over. */
export interface ApiPlace extends Gate {
  routes: readonly Route[];
  log: ApiLog;
  metrics: ApiMetrics;
  nowMs: () => number;
  /** Holds every answer against its schema, and fails where it does not fit: for tests. */
  checksAnswers?: boolean;
}

/** Where lines of the log go. */
export type ApiLog = Record<'debug' | 'info' | 'error', (fields: object, message: string) => void>;

/** What counts requests once they are answered; `route` is the path as the table writes it, never the one that was asked. */
export interface ApiMetrics {
  observeRequest(request: { method: string; route: string; status: number; ms: number }): void;
}

type Step = (call: Call) => Response | Promise<Response>;

/** Builds the interface. Addresses below `/api/` that no row has are answered with 404. */
export function createApi(place: ApiPlace): Hono {
  const api = new Hono();
  for (const route of place.routes) {
    api.on(route.method, route.path, (context) =>
      answer(place, context, route, async (call) => {
        const asked = await admit(place, route, context, call);
        if ('status' in asked) return refuse(asked, call.requestId);
        return writeAnswer(route, await route.handle(asked), place.checksAnswers ?? false);
      })
    );
  }
  api.all('/api/*', (context) =>
    answer(place, context, { path: '/api/*', access: 'public' }, ({ requestId }) => {
      const { path, method } = context.req;
      return refuse(describeReason(404, 'not-found', path, method, 'an address of the interface'), requestId);
    })
  );
  return api;
}

/** Does the steps, gives the answer its id, logs and counts it. */
async function answer(
  place: ApiPlace,
  context: Context,
  { path, access }: Pick<Route, 'path' | 'access'>,
  step: Step
): Promise<Response> {
  const startMs = place.nowMs();
  const call: Call = { requestId: requestIdOf(context.req.raw), caller: { kind: 'nobody' } };
  let response: Response;
  let error: unknown;
  try {
    response = await step(call);
  } catch (thrown) {
    error = thrown ?? 'nothing was thrown';
    response = refuse(describeReason(500, 'our-fault', path, 'an error of the server', 'none'), call.requestId);
  }
  response.headers.set('X-Request-Id', call.requestId);
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'no-store');
  const counted = {
    method: context.req.method,
    route: path,
    status: response.status,
    ms: Math.round((place.nowMs() - startMs) * 1000) / 1000
  };
  const line = { requestId: call.requestId, ...counted, caller: callerId(call.caller) };
  place.metrics.observeRequest(counted);
  if (error !== undefined) place.log.error({ ...line, err: error }, 'failed');
  else if (access === 'public' && response.status < 400) place.log.debug(line, 'answered');
  else place.log.info(line, 'answered');
  return response;
}

function writeAnswer(route: Route, answer: Answer, isChecked: boolean): Response {
  if (isChecked) checkAnswer(route, answer);
  if (answer instanceof Response) return answer;
  const { status, body, headers = {} } = answer;
  if (route.answers[status]?.schema === null) return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}

function checkAnswer(route: Route, answer: Answer): void {
  if (!statusesOf(route).includes(answer.status)) {
    throw new Error(`${route.name} answered ${answer.status}, which it does not declare`);
  }
  const schema = route.answers[answer.status]?.schema;
  if (answer instanceof Response || !schema) return;
  const result = safeParse(schema, JSON.parse(JSON.stringify(answer.body)));
  if (result.success) return;
  const { path = [], message } = result.issues[0];
  const where = path.map(({ key }) => String(key)).join('.');
  throw new Error(`${route.name} answered ${answer.status} with ${where}: ${message}`);
}

/** The caller's own id where it is one that a log can hold, else a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('X-Request-Id') ?? '';
  return /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID();
}
