/** How a device reaches the backend: the port. Promises resolve, whatever happens on the way. */
import type { PullPage } from '../domain/ledger';
import type { PushAnswer, PushRequest } from './protocol';

/** Why there is no answer to work with. */
export type Trouble =
  /** Nobody is signed in, or the device is not known: ask a person. */
  | { kind: 'signed-out' }
  | { kind: 'forbidden' }
  /** The backend speaks a later version only: the app has to be updated. */
  | { kind: 'outdated' }
  /** The request was too large, or the backend can make nothing of it. */
  | { kind: 'too-large' }
  | { kind: 'unacceptable' }
  /** The network, or a backend in trouble: later again. `afterMs` where it said when. */
  | { kind: 'unreachable'; afterMs?: number }
  /** The answer is not one of this protocol. */
  | { kind: 'bad-answer' }
  /** The backend is older than what is pushed, and cannot tell what that means. */
  | { kind: 'older-backend' };

export type Reply<T> = { ok: true; value: T } | { ok: false; trouble: Trouble };

export interface SyncTransport {
  push(request: PushRequest): Promise<Reply<PushAnswer>>;
  /** Changes above the cursor. */
  pull(deviceId: string, cursor: number): Promise<Reply<PullPage>>;
}
