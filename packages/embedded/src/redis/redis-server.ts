import { runCommand } from '../run-command.ts';

/** A server program that was run and is new enough. */
export interface RedisServer {
  readonly path: string;
  /** Major and minor version. Valkey counts on from Redis 7.2. */
  readonly version: readonly [number, number];
  /** For `LD_LIBRARY_PATH`: a private copy brings the libraries that the system may lack. */
  readonly libraryPath?: string;
}

const OLDEST = [6, 2] as const;
const VERSION = /\bv=(\d+)\.(\d+)/;

/** Runs `<path> --version`: a server, or one line about why this is none. */
export async function probeRedisServer(path: string, libraryPath?: string): Promise<RedisServer | string> {
  const env = { PATH: process.env.PATH, ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) };
  const result = await runCommand([path, '--version'], { env, timeout: 10_000 });
  if (!result.isOk) return result.lastLine;
  const [, major = '', minor = ''] = VERSION.exec(result.stdout) ?? [];
  if (major === '') return `does not say its version: ${result.lastLine}`;
  const version = [Number(major), Number(minor)] as const;
  const isOldEnough = version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1]);
  if (!isOldEnough) return `is version ${major}.${minor}, older than ${OLDEST.join('.')}`;
  return { path, version, ...(libraryPath !== undefined && { libraryPath }) };
}
