import '@sveltejs/kit';

declare global {
  /** The commit the build was made from; set by Vite. */
  const __APP_VERSION__: string;
}
