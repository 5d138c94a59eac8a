import { isIPv6 } from 'node:net';

/** A URL that may be shown. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

/** The same database with the rights of `role` alone, from the first statement of each connection on. */
export function asRole(databaseUrl: string, role: 'audit_writer' | 'audit_reader'): string {
  const url = new URL(databaseUrl);
  const given = url.searchParams.get('options');
  url.searchParams.set('options', [given, `-c role=${role}`].filter((part) => part !== null).join(' '));
  // Some readers of such URLs take + literally, all understand %20.
  return url.href.replaceAll('+', '%20');
}

/** Where the API answers a client on this machine: one cannot connect to "all addresses". */
export function toApiUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}
