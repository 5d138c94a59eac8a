import { isIPv4 } from 'node:net';
import { toIpAddress } from '@auditlane/schema';
import type { ProxyTrust } from './trust-proxy.ts';

/** What a client's address is read from. */
export interface AddressedRequest {
  readonly headers?: unknown;
  readonly app?: unknown;
}

/** Proxies that are followed, however long the header is. */
const MAX_HOPS = 64;
const MAX_ENTRY_CHARACTERS = 64;
const MAPPED = '::ffff:';
const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const IPV6_WITH_PORT = /^\[([^\]]+)\](?::\d{1,5})?$/;

/**
 * The address of the client: that of the connection's peer, unless the peer is a trusted proxy. Then `X-Forwarded-For` is
 * read from its end, each proxy vouching for the entry before it, and the first address that is no trusted proxy is the
 * client. What an untrusted peer claims is never believed, nor anything to the left of an entry that is no address.
 *
 * @param peer the address of the connection, taken while it was open; undefined for a Unix socket
 * @param trust which addresses are proxies; null believes none
 * @returns an address as Postgres' `inet` takes it, or null
 */
export function readClientAddress(
  request: AddressedRequest,
  peer: string | undefined,
  trust: ProxyTrust | null,
): string | null {
  let address = toPeerAddress(peer);
  if (trust === null || !trust(address ?? '', 0)) return address;
  const chain = readForwardedFor(request.headers);
  let end = chain.length;
  for (let hop = 1; hop <= MAX_HOPS && end > 0; hop += 1) {
    const comma = chain.lastIndexOf(',', end - 1);
    const claimed = toClaimedAddress(chain.slice(comma + 1, end));
    if (claimed === null) return address;
    address = claimed;
    if (!trust(address, hop)) return address;
    end = comma;
  }
  return address;
}

/** As `toIpAddress`, with a short way for what a server that listens on both kinds of address says of an IPv4 peer. */
function toPeerAddress(peer: string | undefined): string | null {
  if (peer === undefined || isIPv4(peer)) return peer ?? null;
  const mapped = peer.startsWith(MAPPED) ? peer.slice(MAPPED.length) : '';
  return isIPv4(mapped) ? mapped : toIpAddress(peer);
}

/**
 * The setting `trust proxy` of the Express application that takes this request, compiled by Express; null when there is
 * none. Total.
 */
export function findExpressTrust(request: AddressedRequest): ProxyTrust | null {
  const { app } = request;
  if (typeof app !== 'function' && (typeof app !== 'object' || app === null)) return null;
  try {
    const settings: unknown = Reflect.get(app, 'settings');
    if (typeof settings !== 'object' || settings === null) return null;
    const trust: unknown = Reflect.get(settings, 'trust proxy fn');
    return typeof trust === 'function' ? (address, hop) => isTrusted(trust, address, hop) : null;
  } catch {
    return null;
  }
}

function isTrusted(trust: Function, address: string, hop: number): boolean {
  try {
    return Reflect.apply(trust, undefined, [address, hop]) === true;
  } catch {
    // Express' own matcher throws on what is no address, such as the peer of a Unix socket.
    return false;
  }
}

function readForwardedFor(headers: unknown): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const value: unknown = Reflect.get(headers, 'x-forwarded-for');
  return typeof value === 'string' ? value : '';
}

function toClaimedAddress(entry: string): string | null {
  if (entry.length > MAX_ENTRY_CHARACTERS) return null;
  const text = entry.trim();
  return toIpAddress(text) ?? toIpAddress((IPV4_WITH_PORT.exec(text) ?? IPV6_WITH_PORT.exec(text))?.[1]);
}
