/** Worker processes of a contender: two, whoever it is, ready before a clock starts. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardChild } from '@auditlane/embedded';
import { z } from 'zod';
import { watchForStall } from '../clocks/stall-watch.ts';
import { plainEnv, toProcessEnv } from '../programs/process-env.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import type { Stack } from '../servers/stack.ts';
import { CONTENDERS, type ContenderName } from './contenders.ts';

const WORKERS = 2;
const CELL = resolve(import.meta.dirname, 'peer-cell.ts');
const POLL_MS = 5;
const Report = z.object({ stored: z.number() });

/** The workers of one run; they end with the block. */
export interface PeerFleet extends AsyncDisposable {
  begin(): void;
  /**
   * Resolves when the workers have said that so many rows are committed; at once where it is the caller who knows.
   * Rejects when nothing moves any more.
   */
  whenStored(events: number): Promise<void>;
}

interface Member {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly stored: () => number;
  stop(): Promise<void>;
}

function startMember(stack: Stack, name: ContenderName): Member {
  const child = fork(CELL, ['work', name], { env: { ...plainEnv(), ...toProcessEnv(stack) } });
  const release = child.pid === undefined ? (): void => undefined : guardChild(child.pid, 'SIGKILL');
  let stored = 0;
  const ready = new Promise<void>((settle, reject) => {
    child.on('message', (message) => {
      ({ stored } = Report.parse(message));
      settle();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      release();
      reject(new Error(`a worker of ${name} ended (${signal ?? `exit code ${code}`})`));
    });
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return { child, ready, stored: () => stored, stop };
}

async function openPeerFleet(stack: Stack, name: ContenderName): Promise<PeerFleet> {
  const members = Array.from({ length: WORKERS }, () => startMember(stack, name));
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  try {
    await Promise.all(members.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  const countStored = (): number => members.reduce((sum, { stored }) => sum + stored(), 0);
  return {
    begin: () => members.forEach(({ child }) => child.send('begin')),
    whenStored: (events) => waitUntilStored(name, events, countStored),
    [Symbol.asyncDispose]: stop,
  };
}

async function waitUntilStored(name: string, events: number, countStored: () => number): Promise<void> {
  const isStalled = watchForStall();
  for (;;) {
    const stored = countStored();
    if (stored >= events) return;
    if (isStalled(stored)) throw new Error(`${name} stored ${stored} of ${events} events`);
    await sleep(POLL_MS);
  }
}

/** Starts the workers of a contender: ours as PM2 would, a peer's from `peer-cell.ts`, none for single inserts. */
export async function openFleet(stack: Stack, name: ContenderName, directory: string): Promise<PeerFleet> {
  if (CONTENDERS[name].openWorker !== null) return openPeerFleet(stack, name);
  const atOnce = { begin: (): void => undefined, whenStored: (): Promise<void> => Promise.resolve() };
  if (name !== 'auditlane') return { ...atOnce, [Symbol.asyncDispose]: () => Promise.resolve() };
  const env = { ...toProcessEnv(stack), NODE_COMPILE_CACHE: join(directory, 'compile-cache') };
  const workers = await startWorkers(WORKERS, env);
  return { ...atOnce, [Symbol.asyncDispose]: () => workers[Symbol.asyncDispose]() };
}
