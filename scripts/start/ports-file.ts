import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedError } from '@auditlane/embedded';
import * as z from 'zod';

const Port = z.number().int().min(1).max(65_535);
const Ports = z.object({ redis: Port.optional(), postgres: Port.optional() });

/**
 * Starts an embedded server on the port of the last time, so that an address which was copied into an application
 * stays true; on a free one when another program has taken it meanwhile.
 */
export async function onSamePort<T extends { readonly port: number }>(
  dataDir: string,
  server: 'redis' | 'postgres',
  start: (port: number) => Promise<T>,
): Promise<T> {
  const started = await startPreferring(readPorts(dataDir)[server] ?? 0, start);
  writeFileSync(toPath(dataDir), JSON.stringify({ ...readPorts(dataDir), [server]: started.port }));
  return started;
}

async function startPreferring<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (port !== 0 && error instanceof EmbeddedError && error.code === 'port_taken') return start(0);
    throw error;
  }
}

function readPorts(dataDir: string): z.output<typeof Ports> {
  try {
    return Ports.parse(JSON.parse(readFileSync(toPath(dataDir), 'utf8')));
  } catch {
    return {};
  }
}

function toPath(dataDir: string): string {
  return join(dataDir, 'ports.json');
}
