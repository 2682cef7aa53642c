/** What is read of a request before anybody is known: its address, its page, its cookie. */
import { describe, expect, it } from 'vitest';
import { addressKey, clientAddress, isSecure } from '../../../../src/server/auth/client-address';
import { readSessionCookie, writeSessionCookie } from '../../../../src/server/auth/cookie';
import { findForeignOrigin } from '../../../../src/server/auth/own-page';

describe('the address', () => {
  it('is the socket’s, unless a proxy is trusted: then the last it has added', () => {
    const headers = new Headers({ 'X-Forwarded-For': '6.6.6.6, 10.1.1.1' });
    expect(clientAddress('::ffff:10.0.0.1', headers, false)).toBe('10.0.0.1');
    expect(clientAddress('::ffff:10.0.0.1', headers, true)).toBe('10.1.1.1');
    expect(clientAddress('10.0.0.1', new Headers(), true)).toBe('10.0.0.1');
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', '']
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('is secure by its own scheme, or by what a trusted proxy says', () => {
    const forwarded = new Request('http://a/', { headers: { 'X-Forwarded-Proto': 'https' } });
    expect([isSecure(forwarded, false), isSecure(forwarded, true)]).toEqual([false, true]);
    expect(isSecure(new Request('https://a/'), false)).toBe(true);
  });
});

describe('a change by cookie', () => {
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  const fault = (headers: Record<string, string>, method = 'POST', length = 2) =>
    findForeignOrigin(new Request('http://pumps.local:4173/api', { method, headers }), new Uint8Array(length));

  it('is taken from our own page', () => {
    expect(fault({ ...json, 'Sec-Fetch-Site': 'same-origin' })).toBeUndefined();
    expect(fault({ ...json, Origin: 'http://pumps.local:4173' })).toBeUndefined();
    expect(fault({ ...json, Origin: 'https://pumps.local:4173', 'Sec-Fetch-Site': 'same-origin' })).toBeUndefined();
    expect(fault({ 'Sec-Fetch-Site': 'same-origin' }, 'DELETE', 0)).toBeUndefined();
  });

  it.each([
    ['another site', { ...json, 'Sec-Fetch-Site': 'cross-site' }],
    ['another port', { ...json, 'Sec-Fetch-Site': 'same-site' }],
    ['a typed address', { ...json, 'Sec-Fetch-Site': 'none' }],
    ['another origin', { ...json, Origin: 'http://pumps.local' }],
    ['a sandbox', { ...json, Origin: 'null' }],
    ['nowhere', json],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' }],
    ['a body of no type', { 'Sec-Fetch-Site': 'same-origin' }]
  ])('is not taken from %s', (_, headers) => {
    expect(fault(headers)).toBeTypeOf('string');
  });

  it('is no change where it only reads', () => {
    expect(fault({ 'Sec-Fetch-Site': 'cross-site' }, 'GET')).toBeUndefined();
  });
});

describe('the cookie', () => {
  const read = (cookie: string, secure: boolean) =>
    readSessionCookie(new Request('http://a/', { headers: { Cookie: cookie } }), secure);

  it('is found among others, and under https by its guarded name alone', () => {
    expect(read('a=1; pumpside_session=abc; b=2', false)).toBe('abc');
    expect(read('pumpside_session=abc', true)).toBeUndefined();
    expect(read('pumpside_session=abc; __Host-pumpside_session=def', true)).toBe('def');
    expect(read('pumpside_session=', false)).toBeUndefined();
    expect(read('xpumpside_session=abc', false)).toBeUndefined();
  });

  it('is taken away by one that has ended', () => {
    expect(writeSessionCookie('', 0, false)).toBe('pumpside_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
  });
});
