/**
 * `simulatedNetwork`: a `fetch` over a network that drops, delays, repeats and reorders requests and answers, falls apart, and at times
 * answers itself in the backend's stead. Everything by chance of a seed.
 */
import type { Random } from '$lib/domain/random';
import type { Fetch } from '$lib/sync/http-transport';

/** How bad it is: chances of each mishap per request. */
export interface Weather {
  lost: number;
  answerLost: number;
  repeated: number;
  foreignAnswer: number;
  longestDelayMs: number;
}

export interface SimulatedNetwork {
  weather: Weather;
  /** Devices that are cut off. */
  cutOff: Set<string>;
  /** The backend's connections end: what is on its way there does not arrive any more. */
  hangUp(): void;
  /** The `fetch` of a device. */
  connect(device: string): Fetch;
}

/** The backend as the network sees it: null where no answer ever comes. */
export type Answer = (
  device: string,
  method: string,
  url: string,
  body: string,
  headers: Record<string, string>
) => Promise<{ status: number; text: string } | null>;

const foreignStatuses = [401, 403, 413, 426, 429, 500, 502, 503, 302];

export function createSimulatedNetwork(
  time: { after(milliseconds: number, act: () => void): () => void },
  random: Pick<Random, 'uniform'>,
  weather: Weather,
  answer: Answer
): SimulatedNetwork {
  const decoder = new TextDecoder();
  const isSo = (chance: number) => chance > 0 && random.uniform() < chance;

  let connections = 0;

  const network: SimulatedNetwork = {
    weather,
    cutOff: new Set(),
    hangUp: () => void connections++,
    connect: (device) => (url, init) =>
      new Promise((resolve, reject) => {
        init.signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        const fail = () => reject(new TypeError('Failed to fetch'));
        const delay = () => 1 + random.uniform() ** 3 * network.weather.longestDelayMs;
        if (network.cutOff.has(device)) {
          // Some networks say at once that they are none, others keep still.
          if (isSo(0.5)) time.after(1, fail);
          return;
        }
        const body = init.body ? decoder.decode(init.body) : '';
        const hand = (status: number, text: string) =>
          resolve({
            status,
            headers: { get: (name) => (name === 'retry-after' && status === 429 ? '3' : null) },
            json: async () => JSON.parse(text)
          });
        if (isSo(network.weather.foreignAnswer)) {
          const status = foreignStatuses[Math.floor(random.uniform() * foreignStatuses.length)]!;
          time.after(delay(), () => hand(status, ''));
          return;
        }
        const copies = isSo(network.weather.repeated) ? 2 : 1;
        for (let copy = 0; copy < copies; copy++) {
          if (isSo(network.weather.lost)) continue;
          // A copy may stray for long: it then arrives among requests that were made after it.
          const connection = connections;
          time.after(delay() * (copy === 0 ? 1 : 10), () => {
            if (connection !== connections) return;
            void answer(device, init.method, url, body, init.headers).then((answered) => {
              if (!answered || network.cutOff.has(device) || isSo(network.weather.answerLost)) return;
              time.after(delay(), () => hand(answered.status, answered.text));
            });
          });
        }
      })
  };
  return network;
}
