import { join, resolve } from 'node:path';
import { spawnProcess, waitFor, type SpawnedProcess } from '@auditlane/testkit/harness';
import * as z from 'zod';
import { Reply, type Command } from '../producer/commands.ts';
import type { Kind } from '../producer/chaos-event.ts';

const Named = z.looseObject({ producerId: z.string() });
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
  /** Under which the product counts its events; empty when it died before it could tell. */
  readonly producerId: string;
  readonly process: SpawnedProcess;
  /** Logs so many events at once and answers the ids that were acknowledged, when each has its receipt. */
  log(count: number, kind?: Kind): Promise<readonly string[]>;
  /** Sends the events and does not wait for their receipts. */
  burst(count: number, kind?: Kind): void;
  load(load: Load): Promise<void>;
  stats(): Promise<unknown>;
  /** Tells it to call `process.exit`; answers when it is gone. */
  exit(): Promise<void>;
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

/** What the producer answered, by the number of the call; 0 is its first sign of life. */
type Ask = (order: Order) => { readonly call: number; readonly answer: () => Promise<Reply> };

function createAsk(child: SpawnedProcess, o: { readonly name: string; readonly isAlive: () => boolean }): Ask {
  const replies = new Map<number, Reply>();
  child.child.on('message', (message) => {
    const reply = Reply.parse(message);
    replies.set(reply.call, reply);
  });
  let calls = -1;
  return (order) => {
    calls += 1;
    const call = calls;
    if (call > 0 && o.isAlive()) child.child.send({ ...order, call }, () => undefined);
    const answer = async (): Promise<Reply> => {
      const isOver = (): boolean => replies.has(call) || !o.isAlive();
      await waitFor(isOver, { deadlineMs: ANSWER_MS, message: `${o.name} answers` });
      return replies.get(call) ?? { call, ids: [] };
    };
    return { call, answer };
  };
}

/** Starts a producer and waits until it listens. */
export async function startProducer(options: ProducerOptions): Promise<Producer> {
  const { name } = options;
  const child = spawnProcess(MAIN, {
    hasIpc: true,
    nodeArgs: options.nodeArgs ?? [],
    env: {
      CHAOS_NAME: name,
      CHAOS_JOURNAL: join(options.journalDir, `${name}.journal`),
      CHAOS_SEED: String(options.seed),
      ...options.env,
    },
  });
  const isAlive = (): boolean => child.child.exitCode === null && child.child.signalCode === null;
  const ask = createAsk(child, { name, isAlive });
  // The first answer is its sign of life, the second tells who it is.
  await ask({ do: 'stats' }).answer();
  const { stats } = await ask({ do: 'stats' }).answer();
  return {
    name,
    producerId: Named.safeParse(stats).data?.producerId ?? '',
    process: child,
    isAlive,
    log: async (count, kind = 'plain') => (await ask({ do: 'log', count, kind }).answer()).ids,
    burst: (count, kind = 'plain') => void ask({ do: 'log', count, kind }),
    load: async ({ rate, poison = 0, critical = 0 }) =>
      void (await ask({ do: 'load', rate, poison, critical }).answer()),
    exit: async () => {
      ask({ do: 'exit' });
      await child.exited;
    },
    stats: async () => (await ask({ do: 'stats' }).answer()).stats,
  };
}
