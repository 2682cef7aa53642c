/** What the person has set on this device: theme, glove mode, engine. Kept in localStorage, read back with care. */
import { backends, precisions, type BackendChoice, type Precision } from '../domain/engine';
import { themes, type Theme } from '../domain/theme';

const backendChoices: readonly BackendChoice[] = ['auto', ...backends];

export class Settings {
  theme = $state<Theme>(read('theme', themes, 'day'));
  glove = $state<boolean>(read('glove', ['off', 'on'], 'off') === 'on');
  backend = $state<BackendChoice>(read('backend', backendChoices, 'auto'));
  /** What models trained from now on have their weights rounded to, where that can pay. */
  precision = $state<Precision>(read('precision', precisions, 'f32'));

  setTheme(theme: Theme): void {
    this.theme = theme;
    write('theme', theme);
  }

  setGlove(glove: boolean): void {
    this.glove = glove;
    write('glove', glove ? 'on' : 'off');
  }

  setBackend(backend: BackendChoice): void {
    this.backend = backend;
    write('backend', backend);
  }

  setPrecision(precision: Precision): void {
    this.precision = precision;
    write('precision', precision);
  }
}

/** The stored word if it is one of those known, else the fallback. */
function read<T extends string>(key: string, known: readonly T[], fallback: T): T {
  try {
    const stored = localStorage.getItem(`pumpside-${key}`);
    return known.find((word) => word === stored) ?? fallback;
  } catch {
    return fallback; // storage is blocked: the session still works, with the defaults
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`pumpside-${key}`, value);
  } catch {
    // Storage is blocked: the setting lasts until the page is closed.
  }
}
