/** The person's account at the backend: coming in, going out, and what they may manage there. Loaded by the account page alone. */
import { askBackend, hasList, hasTexts, isNothing } from '../bridge/backend';
import { openDeviceKey, signRegistration } from '../bridge/device-key';
import { roles, type Permission, type Role } from '../domain/role';
import { fail, ok, type Result } from '../domain/result';
import { app } from './app.svelte';

export interface User {
  id: string;
  name: string;
  role: Role;
  groups: string[];
  isDisabled: boolean;
  hasPassword: boolean;
}

export interface Device {
  id: string;
  name: string;
  role: Role;
  registeredMs: number;
  revokedMs: number | null;
  seenMs: number | null;
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  permissions: Permission[];
  groups: string[];
  madeMs: number;
  expiresMs: number | null;
  usedMs: number | null;
  revokedMs: number | null;
}

interface Who {
  kind: string;
  id: string;
  name: string;
  role: Role | null;
  groups: string[];
  needsFirst: boolean;
}

const isWho = (value: unknown): value is Who => {
  const { kind, role, groups } = (value ?? {}) as Partial<Who>;
  return typeof kind === 'string' && (role === null || roles.some((each) => each === role)) && Array.isArray(groups);
};

export class AccountView {
  /** True where the backend has no administrator yet. */
  needsFirst = $state(false);
  /** Whether the backend has been asked who this is. */
  isKnown = $state(false);
  users = $state.raw<User[]>([]);
  devices = $state.raw<Device[]>([]);
  keys = $state.raw<ApiKey[]>([]);

  /** Asks who is signed in, and what they may see. */
  async refresh(): Promise<Result<null>> {
    const who = await askBackend('GET', '/api/v1/account', undefined, isWho);
    if (!who.ok) return who;
    this.isKnown = true;
    this.needsFirst = who.value.needsFirst;
    const { id, name, role, groups } = who.value;
    const isUser = who.value.kind === 'user' && role !== null;
    app.session.set(isUser ? { userId: id, name, role, groups } : null);
    if (!isUser) return ok(null);
    await app.sync.start();
    return this.#list();
  }

  signIn(name: string, password: string): Promise<Result<null>> {
    return this.#come('/api/v1/account/sign-in', { name, password });
  }

  /** Makes the first administrator, by the code on the console. */
  makeFirst(code: string, name: string, password: string): Promise<Result<null>> {
    return this.#come('/api/v1/account/first', { code, name, password });
  }

  /** Sets a password by the code an administrator has made. */
  setPassword(code: string, password: string): Promise<Result<null>> {
    return this.#come('/api/v1/account/reset', { code, password });
  }

  /** Ends the session. What waits to be sent stays on the device until somebody signs in again. */
  async signOut(): Promise<Result<null>> {
    const out = await askBackend('POST', '/api/v1/account/sign-out', undefined, isNothing);
    if (!out.ok && out.fault.code !== 'signed-out') return out;
    app.session.set(null);
    if (!app.session.registeredId) app.sync.stop();
    return ok(null);
  }

  changePassword(present: string, password: string): Promise<Result<null>> {
    return askBackend('POST', '/api/v1/account/password', { present, password }, isNothing);
  }

  /** Makes an account; returns the code by which its owner sets a password. */
  addUser(name: string, role: Role, groups: string[]): Promise<Result<string>> {
    return this.#code('/api/v1/users', { name, role, groups });
  }

  async changeUser(id: string, change: Partial<Pick<User, 'role' | 'groups' | 'isDisabled'>>): Promise<Result<null>> {
    const changed = await askBackend('PATCH', `/api/v1/users/${id}`, change, hasTexts('id'));
    return changed.ok ? this.#list() : changed;
  }

  resetUser(id: string): Promise<Result<string>> {
    return this.#code(`/api/v1/users/${id}/reset`, undefined);
  }

  /** Makes a key; returns it, this once. */
  async addKey(name: string, permissions: Permission[], groups: string[]): Promise<Result<string>> {
    const body = { name, permissions, groups, expiresMs: null };
    const made = await askBackend('POST', '/api/v1/keys', body, hasTexts('key'));
    if (!made.ok) return made;
    await this.#list();
    return ok(made.value.key);
  }

  async revoke(what: 'keys' | 'devices', id: string): Promise<Result<null>> {
    const revoked = await askBackend('DELETE', `/api/v1/${what}/${encodeURIComponent(id)}`, undefined, isNothing);
    return revoked.ok ? this.#list() : revoked;
  }

  /** Registers this device's key, so that it may go on sending without anybody signed in. */
  async registerDevice(name: string): Promise<Result<null>> {
    const code = await askBackend('POST', '/api/v1/account/device-code', undefined, hasTexts('code'));
    if (!code.ok) return code;
    const key = await openDeviceKey();
    if (!key.ok) return key;
    const { deviceId } = await (await app.loadLedger()).device();
    const signature = await signRegistration(key.value, deviceId, code.value.code);
    const body = { code: code.value.code, deviceId, name, publicKey: key.value.publicKey, signature };
    const registered = await askBackend('POST', '/api/v1/devices', body, hasTexts('deviceId'));
    if (!registered.ok) return registered;
    app.session.register(deviceId);
    await app.sync.restart();
    return this.#list();
  }

  async #come(path: string, body: unknown): Promise<Result<null>> {
    const come = await askBackend('POST', path, body, isNothing);
    if (!come.ok) return come;
    const who = await this.refresh();
    if (who.ok && !app.session.account) return fail('signed-out', 'cookie', 'not kept', 'a browser that keeps cookies');
    await app.sync.tell('signed-in');
    return who;
  }

  async #code(path: string, body: unknown): Promise<Result<string>> {
    const made = await askBackend('POST', path, body, hasTexts('code'));
    if (!made.ok) return made;
    await this.#list();
    return ok(made.value.code);
  }

  /** Reads the lists that this person may see. */
  async #list(): Promise<Result<null>> {
    const may = (permission: Permission) => app.session.may(permission);
    const devices = await askBackend('GET', '/api/v1/devices', undefined, hasList<'devices', Device>('devices'));
    if (!devices.ok) return devices;
    this.devices = devices.value.devices;
    if (may('users.manage')) {
      const users = await askBackend('GET', '/api/v1/users', undefined, hasList<'users', User>('users'));
      if (!users.ok) return users;
      this.users = users.value.users;
    }
    if (may('keys.manage')) {
      const keys = await askBackend('GET', '/api/v1/keys', undefined, hasList<'keys', ApiKey>('keys'));
      if (!keys.ok) return keys;
      this.keys = keys.value.keys;
    }
    return ok(null);
  }
}
