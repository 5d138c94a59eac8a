import { isIPv4, isIPv6 } from 'node:net';

const MAX_ADDRESS_CHARACTERS = 64;
const MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;

function toMappedV4(address: string): string | null {
  if (!/ffff/i.test(address)) return null;
  const [, high, low] = MAPPED.exec(new URL(`http://[${address}]`).hostname) ?? [];
  if (high === undefined || low === undefined) return null;
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return bits.map((word) => `${word >> 8}.${word & 0xff}`).join('.');
}

/**
 * One address as Postgres' inet takes it, or null. A zone ("%eth0") is cut off, an IPv4 address mapped into IPv6 becomes
 * IPv4. Networks ("10.0.0.0/8"), lists, ports and host names are no address.
 */
export function toIpAddress(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_ADDRESS_CHARACTERS) return null;
  if (isIPv4(value)) return value;
  const address = value.split('%', 1)[0] ?? '';
  if (!isIPv6(value) || !isIPv6(address)) return null;
  return toMappedV4(address) ?? address.toLowerCase();
}
