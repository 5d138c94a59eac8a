import { onTestFinished } from 'vitest';
import {
  type AnnouncedEvent,
  BatchedEventProcessor,
  type BatchProcessed,
  type BatchProcessingOptions,
  type BatchProcessingStats,
  EVENT_PRIORITIES,
  type EventPriority,
  type SecurityEvent,
} from '../../../src/events/index.ts';
import type { EventGate } from '../../../src/events/processors/event-gate.ts';
import { buildSecurityEvent } from './build-security-event.ts';
import { type Script, ScriptedProcessor } from './scripted-processor.ts';
import { createStandInClient } from './stand-in-client.ts';

/**
 * A batched processor over a scripted one and a stand-in client, with everything that its listeners were told; closed
 * after the test. The hook belongs to the call: a worker loads this module once for many files.
 */
export function createBatched(
  options: BatchProcessingOptions = {},
  { script, gate }: { readonly script?: Script; readonly gate?: Partial<EventGate> } = {},
) {
  const processor = new ScriptedProcessor(script);
  const standIn = createStandInClient(gate);
  const batched = new BatchedEventProcessor(processor, {
    enableDeduplication: false,
    client: standIn.client,
    ...options,
  });
  onTestFinished(() => batched.close());
  const told = {
    processed: [] as BatchProcessed[],
    errors: [] as Error[],
    deduplicated: [] as AnnouncedEvent[],
    failed: [] as AnnouncedEvent[],
    dropped: [] as AnnouncedEvent[],
    pressure: [] as string[],
  };
  batched.on('batch:processed', (batch) => void told.processed.push(batch));
  batched.on('batch:error', (error) => void told.errors.push(error));
  batched.on('event:deduplicated', (event) => void told.deduplicated.push(event));
  batched.on('event:failed', (event) => void told.failed.push(event));
  batched.on('event:dropped', (event) => void told.dropped.push(event));
  batched.on('backpressure:on', () => void told.pressure.push('on'));
  batched.on('backpressure:off', () => void told.pressure.push('off'));
  return { batched, processor, told, ...standIn };
}

/** An event of a priority that is like no other. */
export function eventOf(priority: EventPriority, overrides: Partial<SecurityEvent> = {}): SecurityEvent {
  const event = buildSecurityEvent({ priority, ...overrides });
  return { ...event, details: { number: event.id, ...event.details } };
}

/** `count` such events. */
export function eventsOf(priority: EventPriority, count: number): readonly SecurityEvent[] {
  return Array.from({ length: count }, () => eventOf(priority));
}

/** Events that have ended or are held, less those that came: 0 when the sums close. */
export function difference(stats: Pick<BatchProcessingStats, keyof BatchProcessingStats>): number {
  const parts = [stats, ...EVENT_PRIORITIES.map((priority) => stats.byPriority[priority])];
  return Math.max(
    ...parts.map((part) =>
      Math.abs(
        part.totalProcessed +
          part.totalDeduplicated +
          part.totalFailed +
          part.totalDropped +
          part.currentQueueSize -
          part.totalReceived,
      ),
    ),
  );
}

/** How many logged events these stand for. */
export function represented(events: Iterable<SecurityEvent>): number {
  return [...events].reduce((sum, { coalesced }) => sum + (coalesced?.count ?? 1), 0);
}

/** Lets promises that are due settle, without any time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
