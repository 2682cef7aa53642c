/**
 * What an endpoint is: one row of data from which the router, the checks of what comes in and goes out, the permissions and the
 * OpenAPI document are made. Handlers get checked input and return data; they know nothing of HTTP but the status.
 */
import type { GenericSchema, InferOutput } from 'valibot';
import type { Permission, Role } from '../../lib/domain/role';

/** Who asks. */
export type Caller =
  | { kind: 'nobody' }
  | { kind: 'user'; userId: string; name: string; role: Role; groups: string[]; sessionId: string }
  /** A registered device, whose signature over the body was checked; it acts for the user signed in on it, if any. */
  | { kind: 'device'; deviceId: string; role: Role; groups: string[] }
  /** An API key: may do what it was made for, within its groups. */
  | { kind: 'key'; keyId: string; name: string; permissions: Permission[]; groups: string[] };

/** `public` asks for nothing; `signed-in` for any caller that is not nobody; a permission for a caller who has it. */
export type Access = 'public' | 'signed-in' | Permission;

/** What a handler is given. */
export interface Asked<Params, Query, Body> {
  caller: Caller;
  params: Params;
  query: Query;
  body: Body;
  requestId: string;
  /** Where the request came from; empty where it came through no socket. */
  address: string;
  /** Whether a proxy stands between, trusted or not. */
  isForwarded: boolean;
  /** The request itself, for the few handlers that stream or set cookies. */
  request: Request;
  /** Ends when the server stops or the caller goes. */
  signal: AbortSignal;
}

/** What a handler answers: data for the status's schema, or a response of its own (streams, files). */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> } | Response;

/** An endpoint. `path` is written as in Hono, with `:name` for parameters. */
export interface Route<
  Params extends GenericSchema = GenericSchema,
  Query extends GenericSchema = GenericSchema,
  Body extends GenericSchema = GenericSchema
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Name of the operation in OpenAPI, camelCase. */
  name: string;
  summary: string;
  tag: 'sync' | 'readings' | 'detect' | 'maintenance' | 'system' | 'account' | 'notifications';
  access: Access;
  params?: Params;
  query?: Query;
  body?: Body;
  /** By status: the answers of the handler. Refusals that any endpoint may give (401, 403, 413, 415, 422, 429) are added. */
  answers: Record<number, { describes: string; schema: GenericSchema | null }>;
  /** Tokens a call takes from the caller's bucket; default 1. */
  cost?: number;
  handle(asked: Asked<InferOutput<Params>, InferOutput<Query>, InferOutput<Body>>): Answer | Promise<Answer>;
}

/** Every refusal's body: what went wrong, where, what was found and what was expected. */
export interface Refusal {
  error: string;
  where: string;
  found: string;
  expected: string;
  requestId: string;
}

/**
 * Finds out who asks, from cookie, API key or device signature over these bytes. No credential at all is `nobody`; a credential that does
 * not hold is a refusal.
 */
export type Authenticate = (
  request: Request,
  body: Uint8Array
) => Promise<Caller | { refused: 401 | 403; why: string }>;

/**
 * Takes `cost` tokens from the bucket of who asks and returns 0; or takes none and returns the seconds after which there will be enough.
 * It must not answer by what the request says of itself.
 */
export type RateLimit = (asked: { caller: Caller; address: string; cost: number }) => number;

/** Gives a route its types and nothing else. */
export function defineRoute<Params extends GenericSchema, Query extends GenericSchema, Body extends GenericSchema>(
  route: Route<Params, Query, Body>
): Route<Params, Query, Body> {
  return route;
}
