import { randomFillSync } from 'node:crypto';
import {
  createRedactionPolicy,
  createUuidV7,
  encodeEvent,
  type EventDefaults,
  type EventIssue,
  isUuidV7,
} from '@auditlane/schema';
import type { Lane } from '@auditlane/queue';
import { currentCorrelationId } from './events/correlation/correlation.ts';
import type { Producer } from './producer.ts';
import type { Settings } from './settings/settings.ts';

/** An event as a line for the queue, or what is wrong with it. */
export type EncodedCall =
  | {
      readonly kind: 'encoded';
      readonly id: string;
      readonly lane: Lane;
      readonly line: string;
      readonly bytes: number;
    }
  | { readonly kind: 'rejected'; readonly reason: 'invalid' | 'too_large'; readonly issues: readonly EventIssue[] };

/** Turns the argument of a call into a line: the snapshot is taken here, so what the caller changes later is not seen. */
export type Encoder = (input: unknown) => EncodedCall;

const BAD_ID: EncodedCall = {
  kind: 'rejected',
  reason: 'invalid',
  issues: [{ path: 'id', code: 'invalid_id', message: 'Must be a UUIDv7.' }],
};

/** What an encoder is made with. */
export interface EncoderOptions {
  readonly producer: Producer;
  readonly now: () => number;
  /** Takes the id of an event that has one, for importers; otherwise an id of the caller's is refused. */
  readonly acceptIds: boolean;
  /** `correlation_id` of events that have none. Default: that of the request in which the encoder is called. */
  readonly readCorrelationId?: () => string | null;
}

/** Builds the encoder of a client. */
export function createEncoder(settings: Settings, options: EncoderOptions): Encoder {
  const { producer, readCorrelationId = currentCorrelationId } = options;
  const mint = createUuidV7(options.now, (bytes) => void randomFillSync(bytes));
  const redact = createRedactionPolicy({ extraKeys: settings.redactKeys });
  const defaults: EventDefaults = { source: settings.source, service_name: settings.serviceName, host: settings.host };

  function encode(input: unknown, id: string): EncodedCall {
    const correlationId = readCorrelationId();
    const encoded = encodeEvent(input, {
      id,
      producerId: producer.id,
      producerSeq: producer.nextSeq,
      defaults: correlationId === null ? defaults : { ...defaults, correlation_id: correlationId },
      redact,
      maxEventBytes: settings.maxEventBytes,
      mayHaveId: options.acceptIds,
    });
    if (encoded.kind === 'rejected') {
      return encoded;
    }
    const { line } = encoded;
    return {
      kind: 'encoded',
      id,
      lane: encoded.category === 'critical' ? 'urgent' : 'main',
      line,
      bytes: Buffer.byteLength(line),
    };
  }

  if (!options.acceptIds) {
    return (input) => encode(input, mint());
  }
  return (input) => {
    const id = readId(input);
    return id === null || isUuidV7(id) ? encode(input, id ?? mint()) : BAD_ID;
  };
}

/** The own `id`; null when there is none, or what has it cannot be read: that is left for the encoder to judge. */
function readId(input: unknown): unknown {
  try {
    const id: unknown =
      typeof input === 'object' && input !== null ? Object.getOwnPropertyDescriptor(input, 'id')?.value : null;
    return id ?? null;
  } catch {
    return null;
  }
}
