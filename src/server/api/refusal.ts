/** How a request is refused: always in the same words, so that every client can show place, value and expectation. */
import { strictObject, string } from 'valibot';
import type { Refusal } from './route';

/** The body of every refusal. */
export const refusalSchema = strictObject({
  error: string(),
  where: string(),
  found: string(),
  expected: string(),
  requestId: string()
});

/** What a refusal says beside its status. */
export interface Reason extends Omit<Refusal, 'requestId'> {
  status: 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
  headers?: Record<string, string>;
}

/** `reason` with its parts in order; `found` is cut to 200 characters. */
export function describeReason(
  status: Reason['status'],
  error: string,
  where: string,
  found: string,
  expected: string,
  headers: Record<string, string> = {}
): Reason {
  return { status, error, where, found: found.slice(0, 200), expected, headers };
}

/** The answer for a reason. */
export function refuse({ status, headers, ...reason }: Reason, requestId: string): Response {
  const body: Refusal = { ...reason, requestId };
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } });
}
