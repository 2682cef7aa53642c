/** Which statuses a route may answer with: its own, and the refusals that fit it. Router, document and tests go by this one list. */
import { mostBodyBytes } from './read-body';
import type { Route } from './route';

const refusals: Record<number, string> = {
  401: 'Nobody is signed in, or the credentials do not hold.',
  403: 'The caller lacks the permission, or the request comes from another site.',
  413: `The body is larger than ${mostBodyBytes} bytes.`,
  415: 'The body is not said to be JSON.',
  422: 'The input is not what is expected: `where` names the place. Malformed JSON is answered the same; 400 is not used.',
  429: 'Too many requests; `Retry-After` says when there may be more.',
  500: 'A fault of the server, in its log under the request id.',
  503: 'The server is starting, stopping or overloaded; `Retry-After` says when to ask again.'
};

/** What a refusal's status means. */
export function describeRefusal(status: number): string {
  return refusals[status] ?? 'Refused.';
}

/** The statuses that may come back from a route, rising. */
export function statusesOf(route: Route): number[] {
  const own = Object.keys(route.answers).map(Number);
  const added = Object.keys(refusals)
    .map(Number)
    .filter((status) => applies(route, status));
  return [...new Set([...own, ...added])].sort((a, b) => a - b);
}

/** Whether a route may refuse so. 401 and 403 need something to guard; 413 and 415 a body; 422 an input. */
function applies(route: Route, status: number): boolean {
  const hasInput = route.method !== 'GET' || route.query !== undefined || route.params !== undefined;
  if (status === 401 || status === 403) return route.access !== 'public';
  if (status === 413) return route.method !== 'GET';
  if (status === 415) return route.body !== undefined;
  return status !== 422 || hasInput;
}
