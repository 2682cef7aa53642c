/**
 * Counts the bytes this thread hands to the network, so that "nothing leaves the device" is a figure on a page and not a
 * promise. Every way out of a browser thread is metered: fetch, XMLHttpRequest, beacons and WebSockets. Requests without a
 * body (the app's own files) carry no readings and count as zero.
 */

const channelName = 'pumpside-traffic';

/** Meters this thread and tells every page of this origin how many bytes were sent. Call once, before anything is sent. */
export function meterTraffic(): void {
  const channel = new BroadcastChannel(channelName);
  const sent = (bytes: number) => {
    if (bytes > 0) channel.postMessage(bytes);
  };
  const bodyBytes = (body: unknown) =>
    void new Response((body ?? null) as BodyInit | null).arrayBuffer().then(({ byteLength }) => sent(byteLength));

  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (init?.body) bodyBytes(init.body);
    else if (input instanceof Request && input.body) bodyBytes(input.clone().body);
    return fetch(input, init);
  };
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    if (body) bodyBytes(body);
    send.call(this, body);
  };
  const sendMessage = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    bodyBytes(data);
    sendMessage.call(this, data);
  };
  // Pages have it, workers do not.
  const beacons = navigator as { sendBeacon?: (url: string | URL, data?: BodyInit | null) => boolean };
  const sendBeacon = beacons.sendBeacon?.bind(navigator);
  if (sendBeacon) {
    beacons.sendBeacon = (url, data) => {
      if (data) bodyBytes(data);
      return sendBeacon(url, data);
    };
  }
}

/** Calls `listener` with the bytes of each send of any thread of this origin, this one included. Returns how to stop. */
export function watchTraffic(listener: (bytes: number) => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = ({ data }) => {
    if (typeof data === 'number') listener(data);
  };
  return () => channel.close();
}
