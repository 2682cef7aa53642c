/** The port behind which every channel stands. */
import type { Notice } from './notice';

/** A notice with what has become of its occurrence by now. */
export interface MessageNotice extends Notice {
  /** When the occurrence began; when it ended, null where it has not; since when it is hidden, null while it shows. */
  raisedMs: number;
  returnedMs: number | null;
  hiddenMs: number | null;
}

/** What is sent. Sent again it has the same id, so that whoever gets it twice can know. */
export interface Message {
  id: string;
  /** A test says only that the way is open. */
  kind: 'alarms' | 'test';
  /** In the order in which it happened; none in a test. */
  notices: MessageNotice[];
  /** For a place that shows alarms: what it was told last of each occurrence of these pumps that has not returned, where that is known. */
  standing: MessageNotice[];
  /** Addresses of the channel that have got it already, where it has several. */
  reached: string[];
}

/**
 * What became of it. `final`: trying again would not help. `gone`: the place will never exist again. `detail` says why in a few words and
 * repeats nothing that the place has answered. `reached` are all the addresses that have got it by now, where others have not.
 */
export type Sent =
  { ok: true } | { ok: false; final: boolean; gone: boolean; detail: string; afterMs?: number; reached?: string[] };

export interface Notifier {
  /** Sends once, and has given up when `signal` ends. It never throws for what the other side does. */
  send(message: Message, signal: AbortSignal): Promise<Sent>;
}

/** A failure that may pass. */
export function failForNow(detail: string, afterMs = 0): Sent {
  return { ok: false, final: false, gone: false, detail, afterMs };
}

/** A failure that stays until somebody changes something. */
export function failForGood(detail: string, gone = false): Sent {
  return { ok: false, final: true, gone, detail };
}
