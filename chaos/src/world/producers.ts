import { join, resolve } from 'node:path';
import { spawnProcess, waitFor, type SpawnedProcess } from '@auditlane/testkit/harness';
import { Reply, type Command } from '../producer/commands.ts';
import type { Kind } from '../producer/chaos-event.ts';

const MAIN = resolve(import.meta.dirname, '../producer/main.ts');
/** Longer than any receipt takes, on a machine that does much else. */
const ANSWER_MS = 120_000;

/** Events a second, and the shares of poison and of critical events among them. */
export interface Load {
  readonly rate: number;
  readonly poison?: number;
  readonly critical?: number;
}

/** An application in a process of its own that logs through the real client. */
export interface Producer {
  readonly name: string;
  readonly process: SpawnedProcess;
  /** Logs so many events at once and answers the ids that were acknowledged, when each has its receipt. */
  log(count: number, kind?: Kind): Promise<readonly string[]>;
  /** Sends the events and does not wait for their receipts. */
  burst(count: number, kind?: Kind): void;
  load(load: Load): Promise<void>;
  stats(): Promise<unknown>;
  isAlive(): boolean;
}

export interface ProducerOptions {
  readonly name: string;
  readonly journalDir: string;
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

type Order = { [K in Command['do']]: Omit<Extract<Command, { do: K }>, 'call'> }[Command['do']];

/** Starts a producer and waits until it listens. */
export async function startProducer(options: ProducerOptions): Promise<Producer> {
  const child = spawnProcess(MAIN, {
    hasIpc: true,
    nodeArgs: options.nodeArgs ?? [],
    env: {
      CHAOS_NAME: options.name,
      CHAOS_JOURNAL: join(options.journalDir, `${options.name}.journal`),
      CHAOS_SEED: String(options.seed),
      ...options.env,
    },
  });
  const replies = new Map<number, Reply>();
  child.child.on('message', (message) => {
    const reply = Reply.parse(message);
    replies.set(reply.call, reply);
  });
  const isAlive = (): boolean => child.child.exitCode === null && child.child.signalCode === null;
  await waitFor(() => replies.has(0) || !isAlive(), { deadlineMs: ANSWER_MS, message: `${options.name} runs` });
  let calls = 0;
  const send = (order: Order): number => {
    calls += 1;
    if (isAlive()) child.child.send({ ...order, call: calls }, () => undefined);
    return calls;
  };
  const ask = async (order: Order): Promise<Reply> => {
    const call = send(order);
    await waitFor(() => replies.has(call) || !isAlive(), { deadlineMs: ANSWER_MS, message: `${options.name} answers` });
    return replies.get(call) ?? { call, ids: [] };
  };
  return {
    name: options.name,
    process: child,
    isAlive,
    log: async (count, kind = 'plain') => (await ask({ do: 'log', count, kind })).ids,
    burst: (count, kind = 'plain') => void send({ do: 'log', count, kind }),
    load: async ({ rate, poison = 0, critical = 0 }) => void (await ask({ do: 'load', rate, poison, critical })),
    stats: async () => (await ask({ do: 'stats' })).stats,
  };
}
