import { spawnSync } from 'node:child_process';

// By its path, because commands are also run with a PATH that a caller chose.
const SETPRIV = '/usr/bin/setpriv';

let isSupported: boolean | undefined;

/**
 * The command prefix that makes the kernel send `signal` to the started program when the thread that started it dies,
 * kill -9 included. Empty where util-linux' setpriv is absent; the exit guard then covers every death but that one.
 * Mind "thread": a server started from a worker_threads worker ends with that worker.
 */
export function diesWithParent(signal: 'INT' | 'TERM' | 'KILL'): readonly string[] {
  isSupported ??= spawnSync(SETPRIV, ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
  return isSupported ? [SETPRIV, '--pdeathsig', signal, '--'] : [];
}
