import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, DEFAULT_PORT } from '@auditlane/runtime';

const PORTS_TO_TRY = 50;

export interface ListenOptions {
  readonly host: string;
  /** Undefined when none was given: then the next free port from 3000 is taken. */
  readonly port: number | undefined;
}

/** Where a server listens. */
export interface ListenAddress {
  readonly port: number;
  /** Base URL that works on this machine. */
  readonly url: string;
  /** True when the default port was taken by somebody else. */
  readonly isMoved: boolean;
}

/**
 * Listens. A given port that cannot be had, or a host that is not of this machine, is a ConfigError (exit 78): another
 * port than the one a proxy was told would look like an outage.
 */
export async function listen(server: Server, options: ListenOptions): Promise<ListenAddress> {
  const first = options.port ?? DEFAULT_PORT;
  const last = options.port === undefined ? first + PORTS_TO_TRY : first;
  for (let port = first; port <= last; port += 1) {
    const fault = await tryPort(server, options.host, port);
    if (fault === null) {
      return toAddress(server, options, first);
    }
    if (fault.code !== 'EADDRINUSE' || port === last) {
      throw toConfigError(fault, options.host, port);
    }
  }
  throw new ConfigError([{ name: 'PORT', problem: `no free port from ${first} to ${last}` }]);
}

async function tryPort(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
    return null;
  } catch (error) {
    if (isErrno(error)) {
      return error;
    }
    throw error;
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function toConfigError(fault: NodeJS.ErrnoException, host: string, port: number): ConfigError {
  switch (fault.code) {
    case 'EADDRINUSE':
      return new ConfigError([{ name: 'PORT', problem: `${port} is taken by another process on ${host}` }], {
        cause: fault,
      });
    case 'EACCES':
      return new ConfigError([{ name: 'PORT', problem: `${port} needs more rights than this process has` }], {
        cause: fault,
      });
    default:
      return new ConfigError([{ name: 'HOST', problem: `cannot listen on ${host} (${fault.code ?? 'unknown'})` }], {
        cause: fault,
      });
  }
}

function toAddress(server: Server, options: ListenOptions, first: number): ListenAddress {
  const { port } = toAddressInfo(server.address());
  const wildcard = options.host === '0.0.0.0' || options.host === '::';
  const host = wildcard ? '127.0.0.1' : options.host;
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    isMoved: options.port === undefined && port !== first,
  };
}

function toAddressInfo(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') {
    throw new Error('the server does not listen on TCP');
  }
  return address;
}
