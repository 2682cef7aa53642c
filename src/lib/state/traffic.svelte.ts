/** Bytes sent to any network by any thread of this app since the page was opened. */
import { meterTraffic, watchTraffic } from '../bridge/traffic';

export class Traffic {
  bytesSent = $state(0);

  constructor() {
    watchTraffic((bytes) => (this.bytesSent += bytes));
    meterTraffic();
  }
}
