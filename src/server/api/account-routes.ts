/** Endpoints about oneself: who one is, coming in, going out, one's password and sessions; and, with those of its neighbours, all about who may. */
import * as v from 'valibot';
import { permissions, roles } from '../../lib/domain/role';
import { hasAdministrator } from '../auth/accounts';
import { appendAudit } from '../auth/audit';
import { isSecure } from '../auth/client-address';
import { writeSessionCookie } from '../auth/cookie';
import { findPasswordFault } from '../auth/password';
import { endSession, listSessions, sessionLongestMs } from '../auth/session';
import { changePassword, makeFirst, setPasswordByCode, signIn, type Comer } from '../auth/sign-in';
import {
  deedOf,
  groupsSchema,
  idSchema,
  nameSchema,
  permissionsOfCaller,
  refusals,
  refused,
  secretSchema,
  timeSchema,
  type AccountPlace
} from './account-place';
import { auditRoutes } from './audit-routes';
import { deviceRoutes } from './device-routes';
import { keyRoutes } from './key-routes';
import { defineRoute, type Answer, type Asked, type Route } from './route';
import { userRoutes } from './user-routes';

/** All endpoints about accounts, devices, keys and the audit log. */
export function accountRoutes(place: AccountPlace): Route[] {
  return [
    ...ownRoutes(place),
    ...comingRoutes(place),
    ...userRoutes(place),
    ...deviceRoutes(place),
    ...keyRoutes(place),
    ...auditRoutes(place)
  ];
}

const accountSchema = v.strictObject({
  kind: v.picklist(['nobody', 'user', 'device', 'key']),
  /** Empty for nobody. */
  id: v.string(),
  name: v.string(),
  /** Null for nobody and for keys. */
  role: v.nullable(v.picklist(roles)),
  groups: groupsSchema,
  permissions: v.array(v.picklist(permissions)),
  sessionId: v.nullable(v.string()),
  /** True while there is no administrator: the console shows the code for the first. */
  needsFirst: v.boolean(),
  /** The server's clock, by which a device can sign. */
  serverMs: timeSchema
});

const sessionSchema = v.strictObject({
  id: v.string(),
  openedMs: timeSchema,
  seenMs: timeSchema,
  expiresMs: timeSchema,
  agent: v.string(),
  address: v.string()
});

type AnyAsked = Asked<unknown, unknown, unknown>;

function ownRoutes(place: AccountPlace): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/account',
      name: 'getAccount',
      summary: 'Who the caller is and what they may, also for nobody.',
      tag: 'account',
      access: 'public',
      answers: { 200: { describes: 'The caller.', schema: accountSchema } },
      async handle({ caller }) {
        const needsFirst = !(await hasAdministrator(place.db));
        const common = { permissions: permissionsOfCaller(caller), needsFirst, serverMs: place.clock() };
        const none = { id: '', name: '', role: null, groups: [], sessionId: null };
        if (caller.kind === 'nobody') return { status: 200, body: { ...none, ...common, kind: 'nobody' } };
        const { kind, groups } = caller;
        const own =
          kind === 'user'
            ? { id: caller.userId, name: caller.name, role: caller.role, sessionId: caller.sessionId }
            : kind === 'device'
              ? { id: caller.deviceId, role: caller.role }
              : { id: caller.keyId, name: caller.name };
        return { status: 200, body: { ...none, ...common, ...own, kind, groups } };
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/password',
      name: 'changePassword',
      summary: 'Changes one’s own password and ends one’s other sessions.',
      tag: 'account',
      access: 'signed-in',
      cost: 10,
      body: v.strictObject({ present: secretSchema, password: secretSchema }),
      answers: { 204: { describes: 'Changed.', schema: null }, ...refusals(401, 403, 422, 429) },
      async handle(asked) {
        const { caller, body } = asked;
        if (caller.kind !== 'user') return refuseOther(asked);
        const fault = refusePassword(asked, body.password, caller.name) ?? takeTry(place, asked, caller.name);
        if (fault) return fault;
        const { userId, sessionId } = caller;
        const isChanged = await changePassword(
          place.db,
          { ...body, userId, sessionId },
          place.cost,
          deedOf(place, asked)
        );
        if (!isChanged)
          return refused(asked, 401, 'wrong-password', ['body.present', 'another', 'the present password']);
        place.tries.giveBack(caller.name, asked.address);
        return { status: 204, body: null };
      }
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/account/sessions',
      name: 'listSessions',
      summary: 'The browsers one is signed in on.',
      tag: 'account',
      access: 'signed-in',
      answers: {
        200: {
          describes: 'Sessions, the one used last first.',
          schema: v.strictObject({ sessions: v.array(sessionSchema) })
        },
        ...refusals(403)
      },
      async handle(asked) {
        if (asked.caller.kind !== 'user') return refuseOther(asked);
        return { status: 200, body: { sessions: await listSessions(place.db, asked.caller.userId, place.clock()) } };
      }
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/account/sessions/:id',
      name: 'endSession',
      summary: 'Ends one of one’s own sessions.',
      tag: 'account',
      access: 'signed-in',
      params: v.object({ id: idSchema }),
      answers: { 204: { describes: 'Ended.', schema: null }, ...refusals(403, 404) },
      async handle(asked) {
        const { caller, params } = asked;
        if (caller.kind !== 'user') return refuseOther(asked);
        const isEnded = await endOwnSession(place, asked, caller.userId, params.id);
        if (!isEnded) return refused(asked, 404, 'not-found', ['path.id', params.id, 'one of your sessions']);
        return { status: 204, body: null };
      }
    })
  ];
}

function comingRoutes(place: AccountPlace): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/first',
      name: 'makeFirstAdministrator',
      summary: 'Makes the administrator by the code that the server has printed on its console, and signs them in.',
      tag: 'account',
      access: 'public',
      cost: 10,
      body: v.strictObject({ code: secretSchema, name: nameSchema, password: secretSchema }),
      answers: comingAnswers,
      handle(asked) {
        const { name, password } = asked.body;
        return come(place, asked, { tried: '', name, password }, (comer) =>
          makeFirst(place.db, asked.body, place.cost, comer)
        );
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/sign-in',
      name: 'signIn',
      summary: 'Signs in by name and password.',
      tag: 'account',
      access: 'public',
      cost: 10,
      body: v.strictObject({ name: v.pipe(v.string(), v.maxLength(200)), password: secretSchema }),
      answers: comingAnswers,
      handle(asked) {
        return come(place, asked, { tried: asked.body.name }, (comer) =>
          signIn(place.db, asked.body, place.cost, comer)
        );
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/reset',
      name: 'setPasswordByCode',
      summary: 'Sets a password by the code that an administrator has made, and signs in.',
      tag: 'account',
      access: 'public',
      cost: 10,
      body: v.strictObject({ code: secretSchema, password: secretSchema }),
      answers: comingAnswers,
      handle(asked) {
        return come(place, asked, { tried: '', name: '', password: asked.body.password }, (comer) =>
          setPasswordByCode(place.db, asked.body, place.cost, comer)
        );
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/sign-out',
      name: 'signOut',
      summary: 'Ends the session of this browser.',
      tag: 'account',
      access: 'signed-in',
      answers: { 204: { describes: 'Signed out.', schema: null }, ...refusals(403) },
      async handle(asked) {
        const { caller, request } = asked;
        if (caller.kind !== 'user') return refuseOther(asked);
        await endOwnSession(place, asked, caller.userId, caller.sessionId);
        const cookie = writeSessionCookie('', 0, isSecure(request, place.trustsProxy));
        return { status: 204, body: null, headers: { 'Set-Cookie': cookie } };
      }
    })
  ];
}

const comingAnswers: Route['answers'] = {
  204: { describes: 'Signed in: the session’s cookie is set.', schema: null },
  ...refusals(401, 422, 429)
};

/** Checks a new password where there is one, counts the try, and signs in whoever gets a token. */
async function come(
  place: AccountPlace,
  asked: AnyAsked,
  { tried, name, password }: { tried: string; name?: string; password?: string },
  open: (comer: Comer) => Promise<string | undefined>
): Promise<Answer> {
  const fault = password === undefined ? undefined : refusePassword(asked, password, name ?? '');
  const held = fault ?? takeTry(place, asked, tried);
  if (held) return held;
  const token = await open({ ...deedOf(place, asked), agent: asked.request.headers.get('User-Agent') ?? '' });
  if (token === undefined) {
    return refused(asked, 401, 'wrong-credentials', ['body', 'what does not belong together', 'credentials that hold']);
  }
  place.tries.giveBack(tried, asked.address);
  const cookie = writeSessionCookie(token, sessionLongestMs, isSecure(asked.request, place.trustsProxy));
  return { status: 204, body: null, headers: { 'Set-Cookie': cookie } };
}

/** Why it may not be tried now. */
function takeTry(place: AccountPlace, asked: AnyAsked, name: string): Answer | undefined {
  const waitMs = place.tries.take(name, asked.address);
  if (waitMs === 0) return undefined;
  const after = String(Math.ceil(waitMs / 1000));
  const what: [string, string, string] = ['body', 'too many tries', `a wait of ${after} s`];
  return refused(asked, 429, 'too-often', what, { 'Retry-After': after });
}

function refusePassword(asked: AnyAsked, password: string, name: string): Answer | undefined {
  const expected = findPasswordFault(password, name);
  return expected === undefined
    ? undefined
    : refused(asked, 422, 'bad-input', ['body.password', 'a password that is too easy', expected]);
}

function refuseOther(asked: AnyAsked): Answer {
  return refused(asked, 403, 'forbidden', ['credentials', asked.caller.kind, 'a person who is signed in']);
}

function endOwnSession(place: AccountPlace, asked: AnyAsked, userId: string, sessionId: string): Promise<boolean> {
  const isOwn = asked.caller.kind === 'user' && asked.caller.sessionId === sessionId;
  return place.db.tx(async (queries) => {
    const isEnded = await endSession(queries, userId, sessionId);
    const kind = isOwn ? 'signed-out' : 'session-ended';
    if (isEnded) await appendAudit(queries, deedOf(place, asked), kind, `user:${userId}`);
    return isEnded;
  });
}
