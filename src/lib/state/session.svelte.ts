/**
 * Who is signed in at the backend, if one is used at all. Kept on the device, so that what a person does offline bears their name and a
 * start without a network knows them; the backend checks everything again.
 */
import { isAllowed, roles, type Permission, type Role } from '../domain/role';

/** The account as the backend last told it. */
export interface Account {
  userId: string;
  name: string;
  role: Role;
  groups: string[];
}

const accountKey = 'pumpside-account';
const deviceKey = 'pumpside-registered-device';

export class Session {
  /** Null while no backend is used on this device. */
  account = $state.raw<Account | null>(read());
  /** The id under which this device's key is registered; null where it is not. */
  registeredId = $state.raw<string | null>(readText(deviceKey));
  /** Who acts; empty where no account is used. */
  readonly actor = $derived(this.account?.name ?? '');
  /** Whether alarms may be acknowledged and shelved: by everybody while no account is used. */
  readonly mayAct = $derived(this.may('alarms.act'));

  /** Whether this device's person may do that; without an account everything on the device is theirs. */
  may(permission: Permission): boolean {
    return this.account === null || isAllowed(this.account.role, permission);
  }

  set(account: Account | null): void {
    this.account = account;
    keep(accountKey, account && JSON.stringify(account));
  }

  register(deviceId: string | null): void {
    this.registeredId = deviceId;
    keep(deviceKey, deviceId);
  }

  /** Takes over what another tab of the device registers, and then calls back. */
  followRegistration(onChange: () => void): void {
    // Told to the other tabs alone.
    addEventListener('storage', () => {
      const registeredId = readText(deviceKey);
      if (registeredId === null || registeredId === this.registeredId) return;
      this.registeredId = registeredId;
      onChange();
    });
  }
}

function read(): Account | null {
  try {
    const { userId, name, role, groups } = JSON.parse(readText(accountKey) ?? 'null') ?? {};
    const known = roles.find((each) => each === role);
    if (typeof userId !== 'string' || typeof name !== 'string' || !known || !Array.isArray(groups)) return null;
    return { userId, name, role: known, groups: groups.filter((group) => typeof group === 'string') };
  } catch {
    return null;
  }
}

function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Storage is blocked: it lasts until the page is closed.
  }
}
