/**
 * Where messages may go. Whoever may set up a route must not be able to reach with it what only this server reaches, so addresses that are
 * not public are refused unless the plant allows them. What was checked is what is connected to: a name that means something else a moment
 * later changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export interface Network {
  /** Allows addresses of the plant's own network, and plain HTTP and SMTP to them. */
  allowsPrivate: boolean;
}

const closed = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3]
] as const) {
  closed.addSubnet(net, prefix, 'ipv4');
}
const open6 = new BlockList();
open6.addSubnet('2000::', 3, 'ipv6');
// Inside it: addresses that stand for an IPv4 one, and those of documents.
const closed6 = new BlockList();
closed6.addSubnet('2001::', 23, 'ipv6');
closed6.addSubnet('2001:db8::', 32, 'ipv6');
closed6.addSubnet('2002::', 16, 'ipv6');

/** True for an address that anybody on the internet could reach. */
export function isPublic(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return !closed.check(address, 'ipv4');
  return kind === 6 && open6.check(address, 'ipv6') && !closed6.check(address, 'ipv6');
}

/** The address to connect to for a host (a name or an address); throws where there is none, or one that is not allowed. */
export async function resolveHost(network: Network, host: string): Promise<{ address: string; family: 4 | 6 }> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const found = await lookup(bare, { all: true, verbatim: true });
  if (!network.allowsPrivate && !found.every(({ address }) => isPublic(address))) throw new ClosedAddress(bare);
  const { address, family } = found[0]!;
  return { address, family: family === 6 ? 6 : 4 };
}

/** An address that is not allowed. */
export class ClosedAddress extends Error {
  constructor(host: string) {
    super(`${host} is not a public address`);
  }
}
