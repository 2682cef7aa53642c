/**
 * The security headers of every answer. The content security policy is the one that Kit wrote into the shell, so that it
 * stands in `svelte.config.js` alone.
 */

/** Headers for all answers. Nothing of the device but storage and compute is used. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()'
};

/** `page` goes with HTML. `script` goes with everything else: a worker obeys the policy of its own response. */
export interface ContentSecurityPolicies {
  page: string;
  script: string;
}

/** Reads the policy from the `<meta>` element of the shell; throws if there is none. */
export function readPolicies(shellHtml: string): ContentSecurityPolicies {
  const policy = /<meta http-equiv="content-security-policy" content="([^"]+)"/i.exec(shellHtml)?.[1];
  if (!policy) throw new Error('200.html has no content security policy');
  return {
    // A <meta> element cannot carry frame-ancestors.
    page: `${policy}; frame-ancestors 'none'`,
    script: policy.replaceAll(/ 'sha(256|384|512)-[^']+'/g, '')
  };
}
