/** Deflate by the browser's, or Node's, own streams. To be awaited outside of a transaction, which would close meanwhile. */

/** Packs the bytes, without a header or checksum of its own. */
export function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return passThrough(new CompressionStream('deflate-raw'), bytes);
}

/** Unpacks them; rejects where they are no deflate stream. */
export function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return passThrough(new DecompressionStream('deflate-raw'), bytes);
}

async function passThrough(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = stream.writable.getWriter();
  // A failure is told by the readable side too.
  writer.write(bytes).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  // Half the time of `new Response(stream.readable)` for the few kilobytes of a block.
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
