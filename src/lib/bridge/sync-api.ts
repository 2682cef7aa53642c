/** What the sync thread can be asked. It tells its status whenever that changes. */
import type { Result } from '../domain/result';
import type { SyncCause, SyncStatus } from '../domain/sync-status';
import type { LiveApi } from './worker-client';

export interface SyncApi extends LiveApi {
  /**
   * Begins to exchange with the backend of this page's origin; `onStatus` gets each new status. A device registered under `registeredId` signs
   * what it sends; null where the session is all there is.
   */
  start(onStatus: (status: SyncStatus) => void, registeredId: string | null): Promise<Result<null>>;
  /** Something happened that makes a run worthwhile. */
  tell(cause: SyncCause): Promise<Result<null>>;
}
