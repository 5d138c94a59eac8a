/**
 * A producer: an application that logs through the real client, in a process of its own that a fault may kill.
 * It does what it is told over IPC, writes its journal, and on SIGTERM flushes and closes like any service.
 */
import {
  createAuditClient,
  type AcceptedReceipt,
  type AuditClientOptions,
  type Receipt,
} from '@auditlane/audit-client';
import { createRandom } from '@auditlane/testkit/random';
import * as z from 'zod';
import { buildChaosEvent, toKey, type Kind } from './chaos-event.ts';
import { Command } from './commands.ts';
import { openJournal } from './journal.ts';

const TICK_MS = 20;

const env = z
  .object({
    CHAOS_NAME: z.string(),
    CHAOS_JOURNAL: z.string(),
    CHAOS_SEED: z.coerce.number(),
    /** Milliseconds by which the clock of this process is wrong. */
    CHAOS_SKEW_MS: z.coerce.number().default(0),
    CHAOS_OPTIONS: z
      .string()
      .default('{}')
      .transform((text): AuditClientOptions => z.looseObject({}).parse(JSON.parse(text))),
  })
  .parse(process.env);

if (env.CHAOS_SKEW_MS !== 0) {
  const now = Date.now;
  Date.now = () => now() + env.CHAOS_SKEW_MS;
}
const journal = openJournal(env.CHAOS_JOURNAL);
const random = createRandom(env.CHAOS_SEED);
const client = createAuditClient(env.CHAOS_OPTIONS);
let number = 0;
let load: NodeJS.Timeout | undefined;

process.on('unhandledRejection', (reason) => journal.complain(`unhandled rejection: ${String(reason)}`));
process.on('uncaughtException', (error) => journal.complain(`uncaught exception: ${String(error.stack)}`));

function note(key: string, receipt: Receipt): string | null {
  if (receipt.status === 'rejected') {
    journal.answer({ kind: 'rejected', key, reason: receipt.reason });
    return null;
  }
  const copies = z.looseObject({ copies: z.number().optional() }).parse(receipt).copies;
  const level = copies === undefined ? receipt.status : `${receipt.status}+${copies}`;
  journal.answer({ kind: 'acknowledged', key, id: receipt.id, level });
  return receipt.id;
}

/** `logCriticalAudit` rejects, as its contract says; anything else that is thrown is a complaint. */
async function logCritical(key: string): Promise<AcceptedReceipt | Receipt> {
  try {
    return await client.logCriticalAudit(buildChaosEvent(key));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AuditError') journal.complain(`critical: ${String(error)}`);
    return { status: 'rejected', reason: 'redis_away' };
  }
}

async function logOne(key: string, kind: Kind): Promise<string | null> {
  try {
    const receipt = kind === 'critical' ? await logCritical(key) : await client.logAudit(buildChaosEvent(key));
    return note(key, receipt);
  } catch (error) {
    journal.complain(`logAudit threw: ${String(error)}`);
    return null;
  }
}

/** Logs events without waiting for one another; their keys are in the journal before the first call. */
function log(kinds: readonly Kind[]): Promise<(string | null)[]> {
  const keys = kinds.map((kind) => [toKey(env.CHAOS_NAME, ++number, kind), kind] as const);
  journal.issue(keys.map(([key]) => key));
  return Promise.all(keys.map(([key, kind]) => logOne(key, kind)));
}

function startLoad(command: Extract<Command, { do: 'load' }>): void {
  clearInterval(load);
  if (command.rate === 0) return;
  const startedMs = performance.now();
  let logged = 0;
  const toKind = (): Kind => {
    const drawn = random.next();
    if (drawn < command.poison) return 'poison';
    return drawn < command.poison + command.critical ? 'critical' : 'plain';
  };
  load = setInterval(() => {
    const due = Math.min(command.rate, Math.round(((performance.now() - startedMs) / 1000) * command.rate) - logged);
    if (due <= 0) return;
    logged += due;
    void log(Array.from({ length: due }, toKind));
  }, TICK_MS);
}

async function obey(command: Command): Promise<void> {
  if (command.do === 'exit') {
    journal.flush();
    process.exit(0);
  }
  if (command.do === 'stats') {
    process.send?.({ call: command.call, ids: [], stats: client.stats() });
    return;
  }
  if (command.do === 'load') {
    startLoad(command);
    process.send?.({ call: command.call, ids: [] });
    return;
  }
  const ids = await log(Array.from({ length: command.count }, () => command.kind));
  process.send?.({ call: command.call, ids: ids.filter((id) => id !== null) });
}

process.on('message', (message) => void obey(Command.parse(message)));
process.on('SIGTERM', () => {
  clearInterval(load);
  void client
    .flush()
    .then(() => client.close())
    .then(() => {
      journal.flush();
      process.exit(0);
    });
});
process.send?.({ call: 0, ids: [] });
