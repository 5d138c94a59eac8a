import { toPlainText } from '../report/report.ts';
import type { ProgramProfile } from './read-profiles.ts';

const MOST_FUNCTIONS = 10;

function toPercent(part: number, whole: number): string {
  return `${(whole > 0 ? (part / whole) * 100 : 0).toFixed(1)} %`;
}

function toSection({ program, processes, idleMicros, garbageMicros, functions }: ProgramProfile): string {
  const busy = functions.reduce((sum, { micros }) => sum + micros, garbageMicros);
  const idle = toPercent(idleMicros, busy + idleMicros);
  const seconds = (busy / 1e6).toFixed(1);
  const rows = functions
    .slice(0, MOST_FUNCTIONS)
    .map(({ name, place, micros }) => [name, place === '' ? 'inside Node' : place, toPercent(micros, busy)]);
  const garbage = ['garbage collection', '', toPercent(garbageMicros, busy)];
  const table = toPlainText({ head: ['function', 'where', 'self time'], rows: [garbage, ...rows] });
  const count = processes === 1 ? '1 process' : `${processes} processes`;
  return `\n${program}: ${count}, ${seconds} s busy, idle for ${idle} of the time\n\n${table}`;
}

/**
 * Where the CPU of each program went: garbage collection, then the ten functions with the most time of their own, in per
 * cent of the time in which its processes were not idle. `(program)` is native code, that of system calls included. It is
 * time by the clock: while all cores are taken, a function that waits for one seems to take longer.
 */
export function toProfileReport(profiles: readonly ProgramProfile[]): string {
  return profiles.length === 0 ? '\nno program has written a profile' : profiles.map(toSection).join('\n');
}
