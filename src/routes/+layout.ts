// One shell for every address; all state lives on the device, so there is nothing a server could render.
export const ssr = false;
export const prerender = false;
