import {
  createSecurityEventService,
  type EventProcessor,
  type EventTypeTable,
  type SecurityEvent,
  type SecurityEventServiceConfig,
} from '../../../src/events/index.ts';

/** A processor that takes everything and remembers it. */
export interface RecordingProcessor extends EventProcessor {
  readonly events: SecurityEvent[];
  isClosed: boolean;
}

/** Makes a processor whose events a test can look at. */
export function createRecordingProcessor(): RecordingProcessor {
  const processor: RecordingProcessor = {
    events: [],
    isClosed: false,
    process(events) {
      processor.events.push(...events);
      return Promise.resolve({ processed: events.length, failed: 0 });
    },
    close() {
      processor.isClosed = true;
      return Promise.resolve();
    },
  };
  return processor;
}

/** A service without servers behind it, its events and its warnings. */
export function createTestService<const Types extends EventTypeTable = Readonly<Record<never, never>>>(
  config: SecurityEventServiceConfig<Types> = {},
) {
  const processor = createRecordingProcessor();
  const warnings: { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  const service = createSecurityEventService<Types>({
    processor,
    logger: { warn: (facts, message) => warnings.push({ message, facts }) },
    ...config,
    batchProcessing: { enableDeduplication: false, ...config.batchProcessing },
  });
  /** All events so far. */
  const logged = async (): Promise<readonly SecurityEvent[]> => {
    await service.flush();
    return processor.events;
  };
  /** The one event so far. */
  const loggedOne = async (): Promise<SecurityEvent> => {
    const [event, ...others] = await logged();
    if (event === undefined || others.length > 0) throw new Error(`${processor.events.length} events instead of one`);
    return event;
  };
  return { service, processor, warnings, logged, loggedOne };
}
