/** An interface of a few made-up rows over callers that a header names: what the router does, without any endpoint. */
import { createAddresses } from '../../../../src/server/api/addresses';
import { createApi, type ApiPlace } from '../../../../src/server/api/router';
import type { Caller, Route } from '../../../../src/server/api/route';

export interface LoggedLine {
  level: 'debug' | 'info' | 'error';
  fields: Record<string, unknown>;
}

/** `callers` by the value of the header `Authorization`; any other value does not hold. */
export function createSmallApi(routes: Route[], callers: Record<string, Caller>, more: Partial<ApiPlace> = {}) {
  const lines: LoggedLine[] = [];
  const counted: { method: string; route: string; status: number; ms: number }[] = [];
  const write = (level: LoggedLine['level']) => (fields: object) => void lines.push({ level, fields: { ...fields } });
  const api = createApi({
    routes,
    authenticate: async (request) => {
      const given = request.headers.get('Authorization');
      if (given === null) return { kind: 'nobody' };
      return callers[given] ?? { refused: 401, why: 'this key is not known' };
    },
    rateLimit: () => 0,
    addresses: createAddresses(false),
    log: { debug: write('debug'), info: write('info'), error: write('error') },
    metrics: { observeRequest: (request) => void counted.push(request) },
    nowMs: () => 0,
    stopping: new AbortController().signal,
    checksAnswers: true,
    ...more
  });
  return { api, lines, counted };
}
