import { cpus, loadavg, totalmem } from 'node:os';

/** The machine in one line, as it stands under every published table. */
export function describeMachine(): string {
  const [first] = cpus();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${memoryGib} GiB, Node ${process.version.slice(1)}`;
}

/** Runnable processes of the last minute: what else a machine did when the bench was started. */
export function currentLoad(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
