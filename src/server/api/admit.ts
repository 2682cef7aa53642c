/**
 * From a request to checked input, for any route:
 *
 *   body read → who asks → may they → not too often → JSON → path, query and body checked
 *
 * The first step that fails refuses, with its place. Knows no endpoint, and not what becomes of an answer.
 */
import type { Context } from 'hono';
import { checkAccess } from './access';
import type { Addresses } from './addresses';
import { findOddity, parseJson, type InputFault } from './parse-json';
import { readBody } from './read-body';
import { describeReason, type Reason } from './refusal';
import type { Asked, Authenticate, Caller, RateLimit, Route } from './route';
import { validate } from './validate';

/** What a call is admitted by. */
export interface Gate {
  authenticate: Authenticate;
  rateLimit: RateLimit;
  addresses: Addresses;
  /** Ends when the server stops. */
  stopping: AbortSignal;
}

/** A request under way. */
export interface Call {
  requestId: string;
  /** Nobody until it is found out. */
  caller: Caller;
}

/** What the handler is given, or why it is not called. Sets the call's caller as soon as it is known. */
export async function admit(
  gate: Gate,
  route: Route,
  context: Context,
  call: Call
): Promise<Asked<unknown, unknown, unknown> | Reason> {
  const request = context.req.raw;
  const address = gate.addresses.read(context);
  const bytes = await readBody(request);
  if ('status' in bytes) return bytes;
  const found = await gate.authenticate(request, bytes);
  if (!('refused' in found)) call.caller = found;
  // A session that has run out must not keep anybody from signing in.
  else if (route.access !== 'public') return refuseCredentials(found.refused, found.why);
  const refused = refuseCaller(route, call.caller) ?? refuseOften(gate, route, call.caller, address);
  if (refused) return refused;
  const body = route.body ? readDeclared(request, bytes) : { value: undefined };
  if ('status' in body) return body;
  const checked = checkInput(route, context, body.value);
  if ('where' in checked) return badInput(checked);
  return {
    ...checked,
    ...call,
    address,
    isForwarded: request.headers.has('X-Forwarded-For') || request.headers.has('Forwarded'),
    request,
    // Joined only for the few who stream: at a thousand calls a second, listening to the stop costs more than the call.
    get signal() {
      return AbortSignal.any([gate.stopping, request.signal]);
    }
  };
}

function refuseCredentials(status: 401 | 403, why: string): Reason {
  return describeReason(status, status === 401 ? 'sign-in' : 'forbidden', 'credentials', why, 'valid credentials');
}

function refuseCaller(route: Route, caller: Caller): Reason | undefined {
  const access = checkAccess(route.access, caller);
  if (access === 'yes') return undefined;
  if (access === 'no') {
    return describeReason(403, 'forbidden', route.path, caller.kind, `the permission ${route.access}`);
  }
  return describeReason(401, 'sign-in', 'credentials', 'none', 'a session, an API key or a device signature');
}

function refuseOften(gate: Gate, route: Route, caller: Caller, address: string): Reason | undefined {
  const waitS = gate.rateLimit({ caller, address, cost: route.cost ?? 1 });
  if (waitS <= 0) return undefined;
  const after = String(Math.ceil(waitS));
  return describeReason(429, 'too-often', route.path, 'no tokens left', `a wait of ${after} s`, {
    'Retry-After': after
  });
}

/** The JSON of a declared body; undefined for none, which the schema may allow. */
function readDeclared(request: Request, bytes: Uint8Array): { value: unknown } | Reason {
  if (bytes.length === 0) return { value: undefined };
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    return describeReason(415, 'not-json', 'Content-Type', type === '' ? 'none' : type, 'application/json');
  }
  const parsed = parseJson(bytes);
  return 'value' in parsed ? parsed : badInput(parsed);
}

/** Path, query and body as their schemas make them. A schema that is not there gives undefined. */
function checkInput(
  route: Route,
  context: Context,
  bodyIn: unknown
): { params: unknown; query: unknown; body: unknown } | InputFault {
  const paramsIn = route.params && context.req.param();
  const queryIn = route.query && readQuery(context.req.queries());
  const odd = findOddity(paramsIn, 'path') ?? findOddity(queryIn, 'query');
  if (odd) return odd;
  const params = route.params ? validate(route.params, paramsIn, 'path') : { value: undefined };
  if ('where' in params) return params;
  const query = route.query ? validate(route.query, queryIn, 'query') : { value: undefined };
  if ('where' in query) return query;
  const body = route.body ? validate(route.body, bodyIn, 'body') : { value: undefined };
  if ('where' in body) return body;
  return { params: params.value, query: query.value, body: body.value };
}

/** A name given once is a text, one given several times a list. */
function readQuery(queries: Record<string, string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0]! : values])
  );
}

function badInput({ where, found, expected }: InputFault): Reason {
  return describeReason(422, 'bad-input', where, found, expected);
}
