/**
 * What security events cost the application that logs them. The middleware is what a request of Express uses with it less
 * what it uses without it, at the same rate, in turn; the application is a process of its own, and whoever asks another
 * one. `logEvent` is measured as `logAudit` is: CPU of the whole process until Redis has the event, less the loop's, and
 * the part that runs before the call returns. A burst of more events than there is room for must lose no critical one
 * and account for the others; the cell fails otherwise. A quiet service runs at the rate of 100,000 events an hour, with
 * three handlers: those of a second together, as in an application that is awake for its own work, and one by one, where
 * each event finds a cold cache. What the same wake-ups cost beside an open service that is told nothing is taken off, and
 * stands beside it.
 */
import { join } from 'node:path';
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';

const PART = 'security-events';
const BURST = 100_000;
const PLACES = 10_000;
/** MiB of details that the service of a burst may hold; its windows may remember as much again. */
const QUEUE_MIB = 64;
/** How many times what is in use V8 lets a heap grow to before it collects all of it. */
const HEAP_GROWTH = 4;
const HOUR_SECONDS = 30;
/** A second's share of 100,000 events an hour. */
const A_SECOND = 28;

type Figures = Readonly<Record<string, number>>;

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  for (let round = 1; round <= context.rounds; round += 1) {
    context.say(`security-events: round ${round} of ${context.rounds}`);
    await addMiddleware(context, collected);
    await addCalls(context, collected);
    await addBurst(context, collected);
    await addHour(context, collected);
  }
  return collected.toMeasurements();
}

async function measure(context: PartContext, cell: string, args: readonly (string | number)[]): Promise<Figures> {
  await emptyServers(context.stack);
  const env = { AUDIT_SPOOL_DIR: join(context.directory, 'security-spool') };
  return runCell(cell, { stack: context.stack, args, env });
}

/** Missing figures stay missing. */
function minus(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part;
}

async function addMiddleware(context: PartContext, collected: Collection): Promise<void> {
  const ofVariant = (variant: string): Promise<Figures> =>
    measure(context, 'security-middleware', [variant, context.scale]);
  const without = await ofVariant('without');
  const logging = await ofVariant('with');
  const quiet = await ofVariant('quiet');
  const unit = 'µs';
  const bare = 'a request of Express at 5,000/s without the middleware, CPU of the process';
  collected.add({ name: bare, unit }, without['micros']);
  const name = 'a request of Express at 5,000/s, each one logged, CPU of the process';
  collected.add({ name, unit, comparedWith: bare }, logging['micros']);
  const added = { name: 'the middleware, each request logged, CPU a request', unit, bound: { atMost: 60 } };
  collected.add(added, minus(logging['micros'], without['micros']));
  const watching = { name: 'the middleware, no request logged, CPU a request', unit };
  collected.add(watching, minus(quiet['micros'], without['micros']));
}

async function addCalls(context: PartContext, collected: Collection): Promise<void> {
  const ofKind = (kind: string): Promise<Figures> => measure(context, 'security-call', [kind, context.scale]);
  const loop = await ofKind('loop');
  const service = await ofKind('service');
  const plain = await ofKind('without-deduplication');
  const unit = 'µs';
  const bound = { atMost: 10 };
  const synchronous = { name: 'logEvent, synchronous part of a call', unit, bound };
  collected.add(synchronous, service['synchronousMicros']);
  const cpu = 'logEvent under load until Redis has the event, CPU of the process an event';
  collected.add({ name: cpu, unit, bound }, minus(service['micros'], loop['micros']));
  const undoubled = { name: `${cpu}, without deduplication`, unit, comparedWith: cpu };
  collected.add(undoubled, minus(plain['micros'], loop['micros']));
}

async function addBurst(context: PartContext, collected: Collection): Promise<void> {
  const events = Math.round(BURST * context.scale);
  const places = Math.max(50, Math.round(PLACES * context.scale));
  const burst = await measure(context, 'security-burst', [events, places, QUEUE_MIB]);
  const ofBurst = `burst of ${events.toLocaleString('en')} events`;
  collected.add({ name: `${ofBurst}, a call`, unit: 'µs' }, burst['micros']);
  const grown = { name: `${ofBurst}, growth of the process at its peak`, unit: 'MiB' };
  collected.add({ ...grown, bound: { atMost: 2 * QUEUE_MIB * HEAP_GROWTH } }, burst['grownMb']);
  const held = { name: `${ofBurst}, most events held`, unit: 'events' };
  collected.add({ ...held, bound: { atMost: places + Math.ceil(events / 500) } }, burst['mostHeld']);
  for (const [key, what] of [
    ['critical', 'critical ones that are rows, all of them'],
    ['queued', 'others that are queued'],
    ['coalesced', 'identical ones for which an event in the queue stands'],
    ['dropped', 'of low priority that were dropped, or for which a dropped one stood'],
  ] as const) {
    collected.add({ name: `${ofBurst}, ${what}`, unit: 'events' }, burst[key]);
  }
}

async function addHour(context: PartContext, collected: Collection): Promise<void> {
  const seconds = Math.max(2, HOUR_SECONDS * context.scale);
  const ofKind = (kind: string, atOnce: number): Promise<Figures> =>
    measure(context, 'security-hour', [kind, atOnce, seconds]);
  const timer = await ofKind('timer', A_SECOND);
  const open = await ofKind('open', A_SECOND);
  const together = await ofKind('service', A_SECOND);
  const singleOpen = await ofKind('open', 1);
  const single = await ofKind('service', 1);
  const unit = '% of a core';
  collected.add({ name: 'a service that is open and idle', unit }, minus(open['percent'], timer['percent']));
  const events = '100,000 batched events an hour with three handlers';
  const batched = { name: `${events}, those of a second together`, unit, bound: { atMost: 0.1 } };
  collected.add(batched, minus(together['percent'], open['percent']));
  const micros = { name: `${events}, those of a second together, CPU an event`, unit: 'µs' };
  collected.add(micros, minus(together['micros'], open['micros']));
  collected.add({ name: `${events}, one by one`, unit }, minus(single['percent'], singleOpen['percent']));
}

/** What security events cost the application. */
export const securityEvents: Part = { name: PART, title: 'What security events cost the application', run };
