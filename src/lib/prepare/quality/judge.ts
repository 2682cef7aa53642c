/**
 * Judges the values of one asset as they come: which are not to be believed, and how each channel stands. Every check looks back only,
 * so live readings, an imported file and the command line get the same codes. It computes nothing from the values and repairs nothing.
 */
import type { ChannelHealth } from '../../domain/channel-health';
import { isBad, Quality, type ReadingBlock } from '../../domain/reading-block';
import { createOperatingTracker, type OperatingState } from '../operating-state';
import { createCrossChecker } from './cross-checks';
import { createHealthTracker } from './health';
import { findPumpRule, type QualityRules } from './rules';
import { createStuckWatch } from './stuck';

/** Follows one asset; any grouping of the same rows gives the same codes. */
export interface QualityJudge {
  /**
   * The block with a `Quality` code for each value. A bad code that the source gave stays; its doubts give way to bad codes only. Values
   * are unchanged, and so is the block given: a quality column is copied when its first code changes, and all else is shared.
   */
  judge(block: ReadingBlock): ReadingBlock;
  /** How each channel stands after the rows judged last, worst first. The same array until something changes. */
  health(): ChannelHealth[];
  /** How the pump ran at each row of the block judged last. The same array, filled anew by the next block. */
  operating(): readonly OperatingState[];
}

/** A step longer than this many usual ones is a gap. */
const gapSteps = 3;
/** How fast the usual step follows the steps seen; a step up or down by this share each row settles at their median. */
const stepGain = 0.02;

/**
 * Creates the judge of one asset. A channel of the rules that a block lacks is missing throughout it; a channel without a rule, such as
 * a label, keeps its codes. The rules may be shared by any number of judges.
 */
export function createQualityJudge(rules: QualityRules): QualityJudge {
  const width = rules.channels.length;
  const rpmAt = findPumpRule(rules.channels, 'Motor_RPM');
  const currentAt = findPumpRule(rules.channels, 'Motor_Current_A');
  const operating = createOperatingTracker(rules.operating);
  const stuck = createStuckWatch(rules.channels);
  const crossChecks = createCrossChecker(rules.crossChecks, rules.channels);
  const states: OperatingState[] = [];
  const health = createHealthTracker(rules.channels.map(({ channel }) => channel));
  const low = Float64Array.from(rules.channels, (rule) => rule.low);
  const high = Float64Array.from(rules.channels, (rule) => rule.high);
  /** Of the row at hand: values, NaN where bad; the codes given, and those found. */
  const values = new Float64Array(width);
  const given = new Uint8Array(width);
  const codes = new Uint8Array(width);
  const rates = rules.channels.flatMap(({ rate }, c) => (rate ? [{ c, rate, goodMs: NaN, goodValue: NaN }] : []));
  let lastMs = NaN;
  let stepMs = NaN;
  let laidOut: string[] = [];
  let places: number[] = [];

  /** Where the block has each rule's channel; blocks of one source share their list of names. */
  function layOut(channels: string[]): void {
    if (channels === laidOut) return;
    laidOut = channels;
    places = rules.channels.map(({ channel }) => channels.indexOf(channel));
  }

  /** Follows the usual step; returns how many rows the step to this row has left out, zero unless it is a gap. */
  function countLost(tMs: number): number {
    const step = tMs - lastMs;
    lastMs = tMs;
    if (!(step > 0)) return 0;
    const usual = stepMs;
    stepMs = Number.isNaN(usual) ? step : usual * (step > usual ? 1 + stepGain : step < usual ? 1 - stepGain : 1);
    return step > gapSteps * usual ? Math.round(step / usual) - 1 : 0;
  }

  function readRow({ columns, quality }: ReadingBlock, row: number): void {
    for (let c = 0; c < width; c++) {
      const place = places[c]!;
      const code = place < 0 ? Quality.missing : quality[place]![row]!;
      given[c] = code;
      if (isBad(code)) {
        codes[c] = code;
        values[c] = NaN;
        continue;
      }
      const value = columns[place]![row]!;
      const isPossible = value >= low[c]! && value <= high[c]! && Number.isFinite(value);
      codes[c] = isPossible ? code : Number.isNaN(value) ? Quality.missing : Quality.outOfRange;
      values[c] = isPossible ? value : NaN;
    }
  }

  /** Marks what changed faster since its last good value than it can; the first value has none. */
  function markTooFast(tMs: number): void {
    for (const last of rates) {
      const { c, rate } = last;
      const value = values[c]!;
      if (Number.isNaN(value)) continue;
      if (Math.abs(value - last.goodValue) > rate.step + (rate.perS * (tMs - last.goodMs)) / 1000) {
        codes[c] = Quality.tooFast;
        values[c] = NaN;
      } else {
        last.goodMs = tMs;
        last.goodValue = value;
      }
    }
  }

  function judgeRow(block: ReadingBlock, row: number): void {
    const tMs = block.t[row]!;
    const lostRows = countLost(tMs);
    readRow(block, row);
    markTooFast(tMs);
    const state = operating.next(tMs, rpmAt < 0 ? NaN : values[rpmAt]!, currentAt < 0 ? NaN : values[currentAt]!);
    states.push(state);
    stuck.mark(tMs, state === 'running', lostRows > 0, values, codes);
    crossChecks.mark(tMs, state, values, codes);
    health.follow(tMs, lostRows, codes);
  }

  function judge(block: ReadingBlock): ReadingBlock {
    layOut(block.channels);
    states.length = 0;
    let quality = block.quality;
    for (let row = 0; row < block.t.length; row++) {
      judgeRow(block, row);
      for (let c = 0; c < width; c++) {
        const place = places[c]!;
        if (given[c] === codes[c] || place < 0) continue;
        if (quality === block.quality) quality = [...quality];
        if (quality[place] === block.quality[place]) quality[place] = quality[place]!.slice();
        quality[place]![row] = codes[c]!;
      }
    }
    return quality === block.quality ? block : { ...block, quality };
  }

  return { judge, health: health.list, operating: () => states };
}

/**
 * Judges recordings: blocks of any number of assets with the channels of the rules, each asset's in time order. What a whole file and
 * what its pieces become is the same.
 */
export function createBlockJudge(rules: QualityRules): (block: ReadingBlock) => ReadingBlock {
  const judges = new Map<string, QualityJudge>();
  return (block) => {
    let judge = judges.get(block.assetId);
    if (!judge) judges.set(block.assetId, (judge = createQualityJudge(rules)));
    return judge.judge(block);
  };
}
