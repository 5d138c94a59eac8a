import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { guardChild } from '@auditlane/embedded';
import { profileArgs } from '../programs/profile-args.ts';

/** A helper process of a cell, which speaks with it in plain values. */
export interface Child {
  readonly pid: number;
  /** The next value that it sends. Rejects when it ends first. */
  next(): Promise<unknown>;
  send(value: string): void;
  /** Resolves when it has ended by itself. */
  ended(): Promise<void>;
}

/** Starts `cells/<name>.ts`; it ends with this process at the latest. */
export function startChild(name: string, args: readonly string[] = []): Child {
  // Its standard output would mix with the numbers of the cell.
  const stdio: ['ignore', 'ignore', 'inherit', 'ipc'] = ['ignore', 'ignore', 'inherit', 'ipc'];
  // Not the flags of the cell: its profile is another one.
  const execArgv = [...profileArgs(name)];
  const path = resolve(import.meta.dirname, `${name}.ts`);
  const child = fork(path, [...args], { stdio, serialization: 'advanced', execArgv });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be run`);
  const release = guardChild(pid, 'SIGTERM');
  // Its end may be told before its last value was read; the channel closes behind that.
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(([[code, signal]]) => {
    release();
    return `${name} ended (${signal ?? `exit code ${code}`})`;
  });
  return {
    pid,
    next: () =>
      new Promise((settle, reject) => {
        child.once('message', settle);
        void ended.then((how) => reject(new Error(how)));
      }),
    send: (value) => void child.send(value),
    ended: async () => void (await ended),
  };
}
