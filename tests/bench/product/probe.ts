/**
 * What is looked at from inside the page: its frames, the live thread's messages as they come in, and the newest score as it is shown.
 * Both functions run in the page, apart from this file: they must use nothing around them. The probe hears the messages beside the app
 * and changes none.
 */
import type { LiveFrame, LiveSource } from '$lib/domain/live';

/** What was seen since the last look. Times in ms. */
export interface Probe {
  /** Distance of each frame from the one before, by the browser's own frame times. */
  frameGapsMs: number[];
  /** Live monitoring, by the newest message; null before the first. */
  live: {
    readings: number;
    late: number;
    lost: number;
    assets: number;
    waiting: number;
    mostWaiting: number;
    storedBehindMs: number;
    fault: string | null;
  } | null;
  messages: number;
  /** Age of each asset's newest sample when the page was told of it. */
  agesMs: number[];
  /** Of those samples, the ones with a score, and the ones without though their asset had one before. */
  scored: number;
  unscored: number;
  /** Each sample shown with its score: its own time, when it stood in the document, and when the frame with it was done. */
  shown: { sampleMs: number; inDocumentMs: number; doneMs: number }[];
}

interface Probing {
  pumpsideProbe: Probe;
}

/** Begins to look. */
export function probe(): void {
  const seen = ((globalThis as unknown as Probing).pumpsideProbe = {
    frameGapsMs: [] as number[],
    live: null,
    messages: 0,
    agesMs: [] as number[],
    scored: 0,
    unscored: 0,
    shown: []
  } as Probe);

  let beforeMs = performance.now();
  const tick = (frameMs: number) => {
    seen.frameGapsMs.push(frameMs - beforeMs);
    beforeMs = frameMs;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);

  const newest = new Map<string, { tMs: number; wasScored: boolean }>();
  function takeFrame(frame: LiveFrame): void {
    const nowMs = Date.now();
    seen.messages += 1;
    for (const { assetId, newestMs, score } of frame.assets) {
      const before = newest.get(assetId);
      if (before?.tMs === newestMs) continue;
      const hasScore = !Number.isNaN(score);
      seen.agesMs.push(nowMs - newestMs);
      if (hasScore) seen.scored += 1;
      else if (before?.wasScored) seen.unscored += 1;
      newest.set(assetId, { tMs: newestMs, wasScored: hasScore || (before?.wasScored ?? false) });
    }
    const live = (seen.live ??= {
      readings: 0,
      late: 0,
      lost: 0,
      assets: 0,
      waiting: 0,
      mostWaiting: 0,
      storedBehindMs: 0,
      fault: null
    });
    live.waiting = frame.waiting;
    live.mostWaiting = Math.max(live.mostWaiting, frame.waiting);
    live.storedBehindMs = nowMs - frame.storedToMs;
    live.fault = frame.fault && JSON.stringify(frame.fault);
    if (!frame.sources) return;
    const { sources } = frame;
    const sum = (count: (source: LiveSource) => number) => sources.reduce((total, source) => total + count(source), 0);
    live.readings = sum(({ readings }) => readings);
    live.late = sum(({ late, duplicates, backfilled, ahead }) => late + duplicates + backfilled + ahead);
    live.lost = sum(({ losses }) => Object.values(losses).reduce((total, { count }) => total + count, 0));
    live.assets = sum(({ assets }) => assets);
  }

  // The thread calls a function of the page over a message port: such a call carries the frame as its only argument.
  const heard = new WeakSet<MessagePort>();
  const listen = MessagePort.prototype.addEventListener;
  MessagePort.prototype.addEventListener = function (this: MessagePort, ...words: Parameters<typeof listen>) {
    if (words[0] === 'message' && !heard.has(this)) {
      heard.add(this);
      listen.call(this, 'message', (event: Event) => {
        const { data } = event as MessageEvent<{ argumentList?: { value?: LiveFrame }[] }>;
        const frame = data?.argumentList?.[0]?.value;
        if (frame && typeof frame === 'object' && 'storedToMs' in frame) takeFrame(frame);
      });
    }
    listen.apply(this, words);
  } as typeof listen;

  let shownMs = NaN;
  new MutationObserver(() => {
    const time = document.querySelector('[data-testid=live-score]')?.parentElement?.querySelector('time');
    const sampleMs = Date.parse(time?.dateTime ?? '');
    if (Number.isNaN(sampleMs) || sampleMs === shownMs) return;
    shownMs = sampleMs;
    const entry = { sampleMs, inDocumentMs: Date.now(), doneMs: NaN };
    seen.shown.push(entry);
    // A message posted from within a frame is heard once the frame is done.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (entry.doneMs = Date.now());
      port2.postMessage(null);
    });
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['datetime'] });
}

/** Hands over what was seen and forgets it; what is counted since the start stays. */
export function clearProbe(): Probe {
  const seen = (globalThis as unknown as Probing).pumpsideProbe;
  const taken = { ...seen, live: seen.live && { ...seen.live } };
  seen.frameGapsMs = [];
  seen.agesMs = [];
  seen.shown = [];
  seen.messages = seen.scored = seen.unscored = 0;
  if (seen.live) seen.live.mostWaiting = seen.live.waiting;
  return taken;
}
