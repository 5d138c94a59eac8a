/**
 * What processes use, from /proc: CPU in seconds (Linux counts in hundredths) and resident memory in MiB. Compare two readings
 * some seconds apart; a difference of less than 0.1 s says nothing.
 */
import { readdir, readFile } from 'node:fs/promises';

const TICKS_A_SECOND = 100;

interface ProcessTimes {
  readonly parentPid: number;
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly ofEnded: number;
}

/** The times of a process, or null when it has ended. */
async function timesOf(pid: number | string): Promise<ProcessTimes | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name stands in parentheses and may hold blanks: the fields are counted from behind it.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const seconds = (at: number): number => (fields[at] ?? 0) / TICKS_A_SECOND;
  return { parentPid: fields[1] ?? 0, own: seconds(11) + seconds(12), ofEnded: seconds(13) + seconds(14) };
}

/** CPU that all processes of this machine have used since it started, in seconds of one core. */
export async function cpuSecondsOfMachine(): Promise<number> {
  const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / TICKS_A_SECOND;
}

/** CPU of these processes and of their children that have ended, in seconds. A process that has ended counts 0. */
export async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const times = await Promise.all(pids.map((pid) => timesOf(pid)));
  return times.reduce((sum, each) => sum + (each === null ? 0 : each.own + each.ofEnded), 0);
}

/** CPU of a process and of all its children, alive or ended, in seconds: all of Postgres from the pid of its server. */
export async function cpuSecondsOfFamily(pid: number): Promise<number> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(names.map((name) => timesOf(name)));
  const ofChildren = all.reduce((sum, each) => sum + (each?.parentPid === pid ? each.own : 0), 0);
  return ofChildren + (await cpuSecondsOf([pid]));
}

/** Resident memory of a process in MiB; 0 when it has ended. */
export async function residentMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** The largest resident memory that a process has ever had, in MiB; 0 when it has ended. */
export async function peakMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
