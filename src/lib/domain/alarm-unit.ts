/** In which unit the value and the limit of an alarm are. Of the ten channels a pump is known by, the name says it; of others, the rule may. */
import type { AlarmCondition } from './alarm';
import { findPumpChannel } from './pump-channel';

/** The unit, a rate's with its `/min`; empty where it is not known, where there is none (a score), and where conditions of several are joined. */
export function findAlarmUnit(condition: AlarmCondition): string {
  switch (condition.kind) {
    case 'limit':
      return findChannelUnit(condition);
    case 'rate': {
      const unit = findChannelUnit(condition);
      return unit === '' ? '' : `${unit}/min`;
    }
    case 'zone':
    case 'change':
      return 'mm/s';
    case 'all':
    case 'any': {
      const [unit = '', ...others] = new Set(condition.of.map(findAlarmUnit));
      return others.length === 0 ? unit : '';
    }
    case 'stuck':
    case 'bad-value':
    case 'no-data':
    case 'score':
      return '';
  }
}

/** The unit of the channel's own values; empty where it is not known. */
function findChannelUnit({ channel, unit }: { channel: string; unit?: string }): string {
  return findPumpChannel(channel)?.unit ?? unit ?? '';
}
