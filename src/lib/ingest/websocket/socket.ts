/** What a WebSocket source needs of a socket: the part of the browser's that the sockets of Node's packages share. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

/** Opens a socket; throws where the address cannot be one, or the browser forbids it. */
export type OpenSocket = (url: string) => Socket;

/** Opens the socket of the browser, in a page or a worker. */
export function openBrowserSocket(url: string): Socket {
  const { WebSocket: Constructor } = globalThis as unknown as { WebSocket: new (url: string) => Socket };
  return new Constructor(url);
}
