/**
 * Whether an alarm rule makes sense: what a form, a file of rules, a device's ledger and the backend ask before they take one. It checks
 * meaning; that the parts are there and of the right kind is checked where a rule enters (`sync/bodies`). Codes and values, no words for people.
 */
import {
  alarmPriorities,
  longestRuleName,
  longestRuleText,
  mostCauses,
  type AlarmCondition,
  type AlarmRule,
  type Deadband,
  type VibrationClass
} from '../domain/alarm';

/** One thing that is wrong: the key it stands under (`condition.of.0.limit`), what stands there, and what was expected. */
export interface RuleFault {
  place: string;
  found: string;
  expected: string;
}

/** Conditions may be joined this deep, and this many in all: a rule is read by people. */
const deepest = 2;
const mostParts = 16;

/** All faults of the rule; none where it may be used. */
export function checkRule(rule: AlarmRule): RuleFault[] {
  const faults: RuleFault[] = [];
  let parts = 0;

  function expect(isRight: boolean, place: string, found: unknown, expected: string): void {
    if (!isRight) faults.push({ place, found: String(found).slice(0, 200), expected });
  }

  const finite = (place: string, value: number) => expect(Number.isFinite(value), place, value, 'a finite number');
  const above = (place: string, value: number, least: number) =>
    expect(Number.isFinite(value) && value > least, place, value, `a number above ${least}`);
  const duration = (place: string, value: number) =>
    expect(isNotNegative(value), place, value, 'a time of 0 ms or more');
  const text = (place: string, value: string) => expect(value.trim() !== '', place, value, 'a text that is not empty');
  const atMost = (longest: number, place: string, { length }: string) =>
    expect(length <= longest, place, `${length} characters`, `at most ${longest} characters`);

  function checkBand(place: string, { value }: Deadband): void {
    expect(isNotNegative(value), `${place}.value`, value, 'a number of 0 or more');
  }

  function checkMachine(place: string, { powerKw }: VibrationClass): void {
    above(`${place}.powerKw`, powerKw, 0);
  }

  function checkCondition(place: string, condition: AlarmCondition, depth: number): void {
    parts += 1;
    if (parts > mostParts) return;
    if ('channel' in condition) text(`${place}.channel`, condition.channel);
    switch (condition.kind) {
      case 'limit':
        finite(`${place}.limit`, condition.limit);
        checkBand(`${place}.setBand`, condition.setBand);
        checkBand(`${place}.clearBand`, condition.clearBand);
        if (condition.range !== null) above(`${place}.range`, condition.range, 0);
        return;
      case 'rate':
        above(`${place}.perMinute`, condition.perMinute, 0);
        above(`${place}.overMs`, condition.overMs, 0);
        expect(isShare(condition.clearShare), `${place}.clearShare`, condition.clearShare, 'a share of 0 … 1');
        return;
      case 'no-data':
        above(`${place}.forMs`, condition.forMs, 0);
        return;
      case 'score':
        above(`${place}.enter`, condition.enter, 0);
        expect(
          condition.leave > 0 && condition.leave <= condition.enter,
          `${place}.leave`,
          condition.leave,
          'a number above 0, not above enter'
        );
        expect(
          Number.isInteger(condition.windows) && condition.windows >= 1,
          `${place}.windows`,
          condition.windows,
          'a whole number of 1 or more'
        );
        return;
      case 'zone':
        checkMachine(`${place}.machine`, condition.machine);
        checkBand(`${place}.clearBand`, condition.clearBand);
        return;
      case 'change':
        checkMachine(`${place}.machine`, condition.machine);
        above(`${place}.share`, condition.share, 0);
        if (condition.baseline !== null) {
          expect(isNotNegative(condition.baseline), `${place}.baseline`, condition.baseline, 'a number of 0 or more');
        }
        return;
      case 'all':
      case 'any':
        expect(condition.of.length > 0, `${place}.of`, 'none', 'at least one condition');
        expect(depth < deepest, place, `depth ${depth + 1}`, `conditions at most ${deepest} deep`);
        if (depth < deepest) condition.of.forEach((each, i) => checkCondition(`${place}.of.${i}`, each, depth + 1));
        return;
      case 'stuck':
      case 'bad-value':
        return;
    }
  }

  text('name', rule.name);
  atMost(longestRuleName, 'name', rule.name);
  expect(rule.id.startsWith(`${rule.assetId}:`), 'id', rule.id, `${rule.assetId}:…`);
  expect(alarmPriorities.includes(rule.priority), 'priority', rule.priority, alarmPriorities.join(', '));
  duration('onDelayMs', rule.onDelayMs);
  duration('offDelayMs', rule.offDelayMs);
  duration('maxShelveMs', rule.maxShelveMs);
  if (rule.reAlarmMs !== null) above('reAlarmMs', rule.reAlarmMs, 0);
  if (rule.respondWithinMin !== null) above('respondWithinMin', rule.respondWithinMin, 0);
  if (rule.escalation) {
    above('escalation.afterMs', rule.escalation.afterMs, 0);
    duration('escalation.backAfterMs', rule.escalation.backAfterMs);
    expect(
      alarmPriorities.indexOf(rule.escalation.priority) < alarmPriorities.indexOf(rule.priority),
      'escalation.priority',
      rule.escalation.priority,
      `more urgent than ${rule.priority}`
    );
  }
  atMost(longestRuleText, 'action', rule.action);
  atMost(longestRuleText, 'consequence', rule.consequence);
  expect(rule.causes.length <= mostCauses, 'causes', `${rule.causes.length} causes`, `at most ${mostCauses} causes`);
  rule.causes.slice(0, mostCauses).forEach((cause, i) => atMost(longestRuleText, `causes.${i}`, cause));
  atMost(longestRuleName, 'owner', rule.owner);
  checkCondition('condition', rule.condition, 0);
  expect(parts <= mostParts, 'condition', `${parts} conditions`, `at most ${mostParts} conditions`);
  return faults;
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function isNotNegative(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
