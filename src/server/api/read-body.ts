/** The bytes of a request's body: read once, and never more than allowed. */
import { describeReason, type Reason } from './refusal';

/** Larger things do not go through the interface. */
export const mostBodyBytes = 4 * 1024 * 1024;

const tooLarge = describeReason(
  413,
  'too-large',
  'body',
  `more than ${mostBodyBytes} bytes`,
  `at most ${mostBodyBytes} bytes`,
  // What is left of the body stands in the way of a next request.
  { Connection: 'close' }
);

/** The body, empty where there is none. Refused where it is larger than allowed, whatever its length was said to be, or cut short. */
export async function readBody(request: Request): Promise<Uint8Array | Reason> {
  if (request.method === 'GET' || request.method === 'HEAD') return new Uint8Array();
  const length = request.headers.get('Content-Length');
  if (length !== null && Number(length) > mostBodyBytes) return tooLarge;
  try {
    return length === null ? ((await readChunks(request)) ?? tooLarge) : new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    return describeReason(422, 'bad-input', 'body', (error as Error).message, 'a body that comes to its end');
  }
}

async function readChunks(request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
