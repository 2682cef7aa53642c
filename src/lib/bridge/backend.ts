/** Questions to the backend of this page's origin, beside synchronisation: accounts, devices, keys. Whatever goes wrong comes back as a fault. */
import { fail, ok, type Result } from '../domain/result';

const timeoutMs = 15_000;

/** Asks, and hands back what is answered as JSON; null where the answer has no body. The caller checks what it gets by the guard. */
export async function askBackend<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  isAnswer: (value: unknown) => value is T
): Promise<Result<T>> {
  let response: Response;
  let answer: unknown = null;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })
    });
    const text = await response.text();
    if (text !== '') answer = JSON.parse(text);
  } catch (error) {
    return fail('unreachable', path, String(error), 'an answer');
  }
  if (response.ok) {
    return isAnswer(answer)
      ? ok(answer)
      : fail('unreachable', path, String(JSON.stringify(answer)), 'what this version understands');
  }
  const { error, where, found, expected } = (answer ?? {}) as Record<string, unknown>;
  const code = response.status === 401 ? 'signed-out' : response.status >= 500 ? 'unreachable' : 'refused';
  const named = typeof where === 'string' && where !== '' ? where : path;
  return fail(code, named, String(found ?? error ?? response.status), String(expected ?? 'another request'));
}

/** The guard of an answer that has no body. */
export function isNothing(value: unknown): value is null {
  return value === null;
}

/** The guard of an object with a list under this name whose items have an id and a name. */
export function hasList<Name extends string, Item extends { id: string; name: string }>(name: Name) {
  return (value: unknown): value is Record<Name, Item[]> => {
    const list = (value as Record<string, unknown> | null)?.[name];
    return Array.isArray(list) && list.every((item) => typeof item?.id === 'string' && typeof item?.name === 'string');
  };
}

/** The guard of an object that has these texts. */
export function hasTexts<Name extends string>(...names: Name[]) {
  return (value: unknown): value is Record<Name, string> =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
}
