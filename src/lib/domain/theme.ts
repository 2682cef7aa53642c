/** The three themes, in the order the theme button goes through them. Their colours are in `app.css`. */
export const themes = ['day', 'outdoor', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The theme after this one; after the last comes the first. */
export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length]!;
}
