import { once } from 'node:events';
import { createServer } from 'node:net';
import { EXIT } from '@auditlane/runtime';
import type { StartSettings } from './settings.ts';
import { StartError } from './start-error.ts';

const TRIES = 100;

/**
 * The port for the API: the given one, or the first free one from the default on.
 * Fails with exit status 78 when a given port cannot be used.
 */
export async function findPort({ host, port, isPortGiven }: StartSettings): Promise<number> {
  const first = await tryPort(host, port);
  if (first.kind === 'free') return first.port;
  if (isPortGiven || first.code !== 'EADDRINUSE') {
    const fact = first.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${first.code})`;
    throw new StartError(`PORT ${port} on ${host} ${fact}: choose another, or unset PORT to take a free one`, {
      exitCode: EXIT.config,
    });
  }
  for (let next = port + 1; next < port + TRIES; next += 1) {
    const attempt = await tryPort(host, next);
    if (attempt.kind === 'free') return attempt.port;
  }
  throw new StartError(`the ports ${port} to ${port + TRIES - 1} on ${host} are all taken: set PORT`);
}

type Attempt = { readonly kind: 'free'; readonly port: number } | { readonly kind: 'refused'; readonly code: string };

async function tryPort(host: string, port: number): Promise<Attempt> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    return { kind: 'refused', code: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return { kind: 'free', port: typeof address === 'object' && address !== null ? address.port : port };
}
