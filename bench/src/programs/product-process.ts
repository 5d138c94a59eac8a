import { resolve } from 'node:path';
import { startProgram, type Program } from './start-program.ts';

const APPS = resolve(import.meta.dirname, '../../../apps');

/** Starts `apps/<app>/src/main.ts` as PM2 would and waits for the record `ready` in its log; it ends with its block. */
export function startProduct(
  app: 'api' | 'maintenance',
  options: { readonly ready: string; readonly env: Readonly<Record<string, string>> },
): Promise<Program> {
  const args = [resolve(APPS, app, 'src/main.ts')];
  const isReady = (line: string): boolean => line.includes(`"msg":"${options.ready}"`);
  return startProgram({ name: app, args, env: options.env, isReady });
}
