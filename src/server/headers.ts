/**
 * The security headers of every answer. The content security policy is the one that Kit wrote into the shell, so that it
 * stands in `svelte.config.js` alone.
 */

/** Headers for all answers. Of the device only storage, compute and a serial port that a person chose are used. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), serial=(self), usb=()'
};

/**
 * `page` goes with HTML, `script` with everything else: a worker obeys the policy of its own response. `live` goes with the one thread that
 * brings readings in: it alone may open WebSockets to other hosts.
 */
export interface ContentSecurityPolicies {
  page: string;
  script: string;
  live: string;
}

/** The script of the live thread, as the build names it. */
export function isLiveThread(address: string): boolean {
  return /^\/_app\/immutable\/workers\/live\.worker-[\w-]+\.js$/.test(address);
}

/** Reads the policy from the `<meta>` element of the shell; throws if there is none. */
export function readPolicies(shellHtml: string): ContentSecurityPolicies {
  const policy = /<meta http-equiv="content-security-policy" content="([^"]+)"/i.exec(shellHtml)?.[1];
  if (!policy) throw new Error('200.html has no content security policy');
  const script = policy.replaceAll(/ 'sha(256|384|512)-[^']+'/g, '');
  return {
    // A <meta> element cannot carry frame-ancestors.
    page: `${policy}; frame-ancestors 'none'`,
    script,
    live: script.replace("connect-src 'self'", "connect-src 'self' ws: wss:")
  };
}
