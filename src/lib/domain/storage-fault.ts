import type { Fault, FaultCode } from './result';

/** What a storage adapter rejects with. `code` is `quota`, `storage-closed` or `storage`. */
export class StorageFault extends Error {
  constructor(
    readonly code: Extract<FaultCode, 'quota' | 'storage-closed' | 'storage'>,
    readonly where: string,
    message: string
  ) {
    super(message);
    this.name = 'StorageFault';
  }

  /** The same as plain data, for the way across a thread. */
  asFault(): Fault {
    return {
      code: this.code,
      where: this.where,
      found: this.message.slice(0, 200),
      expected: 'storage that accepts the write'
    };
  }
}
