/**
 * Channel layouts, each made once and shared by every reading laid out alike: at thousands of readings a second their names must
 * not be copied, and whoever takes readings compares layouts by identity first. Bounded, because names come from outside.
 */
import type { ChannelLayout } from '../../domain/reading';

export interface Layouts {
  /** The shared layout of these names and units; `units` null where the source tells none. */
  intern(names: readonly string[], units: readonly string[] | null): ChannelLayout;
}

/** Creates the cache. Beyond `limit` layouts the oldest is forgotten; what comes then is right still, only not shared with it. */
export function createLayouts(limit = 1024): Layouts {
  const known = new Map<string, ChannelLayout>();
  return {
    intern(names, units) {
      // JSON would be safe for any name but slower; these separators are refused in names (`isChannelName`).
      const key = units ? `${names.join('\u0000')}\u0001${units.join('\u0000')}` : names.join('\u0000');
      const found = known.get(key);
      if (found) return found;
      if (known.size >= limit) known.delete(known.keys().next().value!);
      const layout = { names: [...names], units: units ? [...units] : names.map(() => '') };
      known.set(key, layout);
      return layout;
    }
  };
}
