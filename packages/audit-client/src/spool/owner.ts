import { randomBytes } from 'node:crypto';
import { open, readFile, readlink, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { syncFolder } from './spool-folder.ts';

const OWNER_FILE = 'owner.json';
/** Begins the name of an owner file that is being written. */
const OWNER_DRAFT = 'owner.draft-';
/** A folder whose owner cannot be asked directly counts as abandoned when its owner file was not touched for this long. */
export const OWNER_STALE_MS = 60_000;

/** Who writes a spool folder. `target` names the queue its events are for, so that no other application's queue gets them. */
export interface SpoolOwner {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot, which tells a reused pid; null where `/proc` is missing. */
  readonly start: string | null;
  readonly boot: string | null;
  /** The pid namespace: two containers on one volume both have a pid 1. */
  readonly namespace: string | null;
  readonly host: string;
  readonly target: string;
  /** `strict`: the segments are kept until Postgres has their events, whoever owns the folder. */
  readonly guarantee: 'durable' | 'strict';
}

const SpoolOwnerFile = z.object({
  pid: z.number().int().positive(),
  start: z.string().nullable(),
  boot: z.string().nullable(),
  namespace: z.string().nullable(),
  host: z.string(),
  target: z.string(),
  guarantee: z.enum(['durable', 'strict']).default('durable'),
});

/** This process as an owner. */
export async function describeOwner(
  target: string,
  guarantee: SpoolOwner['guarantee'] = 'durable',
): Promise<SpoolOwner> {
  return {
    pid: process.pid,
    start: await readStartTime(process.pid),
    boot: await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (text) => text.trim(),
      () => null,
    ),
    namespace: await readlink('/proc/self/ns/pid').catch(() => null),
    host: hostname(),
    target,
    guarantee,
  };
}

/**
 * Writes the owner file of `folder`; its modification time is the sign of life. It is written aside, synced and renamed:
 * a crash leaves the old name in it or the new one, never half of one, and whoever moved the folder away meanwhile does
 * not get our name into it.
 */
export async function writeOwner(folder: string, owner: SpoolOwner): Promise<void> {
  const draft = join(folder, `${OWNER_DRAFT}${randomBytes(6).toString('hex')}`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(owner)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(folder, OWNER_FILE));
  await syncFolder(folder);
}

/** Whether a file of a spool folder belongs to the naming of its owner. */
export function isOwnerFile(name: string): boolean {
  return name === OWNER_FILE || name.startsWith(OWNER_DRAFT);
}

/** The owner of `folder`, or null when its file is missing or damaged (the process died while making it). */
export async function readOwner(folder: string): Promise<SpoolOwner | null> {
  try {
    return SpoolOwnerFile.parse(JSON.parse(await readFile(join(folder, OWNER_FILE), 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Whether the owner of `folder` is gone. On the same boot and in the same pid namespace the kernel is asked; elsewhere the
 * age of the owner file decides. A wrong "gone" loses nothing: the writer notices after each sync that its folder moved.
 */
export async function isAbandoned(
  folder: string,
  owner: SpoolOwner | null,
  asked: { readonly by: SpoolOwner; readonly now: number },
): Promise<boolean> {
  const { by, now } = asked;
  if (owner !== null && owner.start !== null && owner.boot === by.boot && owner.namespace === by.namespace) {
    return (await readStartTime(owner.pid)) !== owner.start;
  }
  const touchedAt = await stat(owner === null ? folder : join(folder, OWNER_FILE)).then(
    (found) => found.mtimeMs,
    () => now,
  );
  return now - touchedAt > OWNER_STALE_MS;
}

async function readStartTime(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces and brackets itself: count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
