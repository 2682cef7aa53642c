/**
 * The sound of unacknowledged alarms, by priority: more and faster beeps the more urgent. Silence ends it until the next alarm is announced;
 * mute keeps it off for a time. A browser lets a page sound only after the person has touched it.
 */
import type { Alarm, AlarmPriority } from '../domain/alarm';

/** Beeps of one round, their pitch, and how often a round comes; a low alarm makes none. */
const patterns: Record<AlarmPriority, { beeps: number; hertz: number; everyMs: number } | null> = {
  critical: { beeps: 5, hertz: 988, everyMs: 2000 },
  high: { beeps: 3, hertz: 784, everyMs: 4000 },
  medium: { beeps: 2, hertz: 587, everyMs: 10_000 },
  low: null
};

const beepS = 0.12;
const loudness = 0.2;

export class AlarmSound {
  /** The priority that sounds now; null where none does. */
  sounding = $state<AlarmPriority | null>(null);
  /** No sound before this wall clock, ms. */
  mutedUntilMs = $state(0);
  /** Announcements that somebody has silenced. */
  #silenced: string[] = [];
  #audio: AudioContext | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Takes the alarms that are announced and unacknowledged, most urgent first. */
  follow(announced: Alarm[], nowMs: number): void {
    const calls = announced.map(callOf);
    this.#silenced = this.#silenced.filter((call) => calls.includes(call));
    const loudest = announced.find((alarm) => patterns[alarm.priority] && !this.#silenced.includes(callOf(alarm)));
    this.sounding = nowMs < this.mutedUntilMs ? null : (loudest?.priority ?? null);
    if (this.sounding && this.#timer === null) this.#round();
  }

  /** Ends the sound of these alarms; the next time one is announced it sounds again. */
  silence(announced: Alarm[]): void {
    this.#silenced.push(...announced.map(callOf));
    this.sounding = null;
  }

  mute(untilMs: number): void {
    this.mutedUntilMs = untilMs;
    this.sounding = null;
  }

  #round(): void {
    const pattern = this.sounding && patterns[this.sounding];
    this.#timer = pattern ? setTimeout(() => this.#round(), pattern.everyMs) : null;
    if (!pattern) return;
    this.#audio ??= new AudioContext();
    if (this.#audio.state === 'suspended') void this.#audio.resume();
    for (let beep = 0; beep < pattern.beeps; beep++) {
      this.#beep(this.#audio, this.#audio.currentTime + 2 * beep * beepS, pattern.hertz);
    }
  }

  #beep(audio: AudioContext, atS: number, hertz: number): void {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    // A tone cut off at once clicks.
    volume.gain.setValueAtTime(0, atS);
    volume.gain.linearRampToValueAtTime(loudness, atS + 0.01);
    volume.gain.linearRampToValueAtTime(0, atS + beepS);
    tone.connect(volume).connect(audio.destination);
    tone.start(atS);
    tone.stop(atS + beepS);
  }
}

/** One announcement of an alarm. */
function callOf({ id, announcedMs }: Alarm): string {
  return `${id} ${announcedMs}`;
}
