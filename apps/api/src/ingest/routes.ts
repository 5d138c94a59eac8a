import * as z from 'zod';
import type { Caller } from '../access/caller.ts';
import { createBodyBudget } from '../http/body-budget.ts';
import type { BodyBudget, BodyShare } from '../http/body-budget.ts';
import { readBody, requireContentType } from '../http/read-body.ts';
import type { ApiRequest, Route } from '../http/route.ts';
import { problemResponse, problemResponses } from '../openapi/problem-responses.ts';
import { requireIdempotencyKey } from './idempotent-ids.ts';
import type { IdentifiedRequest, ToEventId } from './idempotent-ids.ts';
import { IngestAnswer, IngestBody } from './ingest-schemas.ts';
import { parseEvents } from './parse-events.ts';
import { takeEvents, toAnswer } from './take-events.ts';
import type { EventSink } from './take-events.ts';

export interface IngestOptions {
  readonly sink: EventSink;
  toIdempotentIds(request: IdentifiedRequest): Promise<ToEventId>;
  /** Largest body, default 8 MiB, as much as a worker claims at once. */
  readonly maxBytes?: number;
  /** Bounds what all requests together hold in memory. */
  readonly budget?: BodyBudget;
}

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';
const DEFAULT_MAX_BYTES = 8_388_608;

/** The route that takes events over HTTP. */
export function ingestRoutes(options: IngestOptions): readonly Route[] {
  const budget = options.budget ?? createBodyBudget();
  return [
    {
      method: 'post',
      paths: ['/api/v1/events'],
      scope: 'ingest',
      operation: ingestOperation(),
      async answer(request) {
        const share = budget.open(callerIdOf(request.caller));
        try {
          return await ingest(options, request, share);
        } finally {
          share.close();
        }
      },
    },
  ];
}

async function ingest(options: IngestOptions, request: ApiRequest, share: BodyShare) {
  const type = requireContentType(request.message, [JSON_TYPE, NDJSON_TYPE]);
  const header = request.message.headers['idempotency-key'];
  const idempotencyKey = header === undefined ? null : requireIdempotencyKey(header);
  const body = await readBody(request.message, { maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES, share });
  const events = parseEvents(body, type);
  const toId =
    idempotencyKey === null
      ? null
      : await options.toIdempotentIds({ callerId: callerIdOf(request.caller), idempotencyKey, body });
  return toAnswer(await takeEvents(options.sink, events, toId));
}

function callerIdOf(caller: Caller): string {
  return caller.kind === 'key' ? `key:${caller.keyId}` : caller.kind;
}

function ingestOperation(): Route['operation'] {
  return {
    operationId: 'postEvents',
    summary: 'Takes one event, an array of up to 1000, or one per line; answers a receipt for each, in order',
    description:
      'A body that is not JSON is refused as a whole. An event that is no event is refused alone, with its issues. Duplicate keys: the last one wins. Compressed bodies are not accepted. An `id` is not accepted.',
    tags: ['Ingest'],
    requestParams: {
      header: z.object({
        'Idempotency-Key': z
          .string()
          .min(1)
          .max(255)
          .optional()
          .meta({ description: 'The same request sent again within 24 h with the same key makes no second rows.' }),
      }),
    },
    requestBody: {
      required: true,
      content: {
        [JSON_TYPE]: { schema: IngestBody },
        [NDJSON_TYPE]: { schema: z.string().meta({ description: 'One event per line.' }) },
      },
    },
    responses: {
      '202': { description: 'At least one event was accepted.', content: { [JSON_TYPE]: { schema: IngestAnswer } } },
      ...problemResponses('ingest'),
      '400': problemResponse('No event was accepted; `receipts` says why, `offset` where the body stops being JSON.'),
      '413': problemResponse('More than 8 MiB, 1000 events, or 250,000 commas and brackets.'),
      '415': problemResponse('Neither JSON nor NDJSON in UTF-8, or compressed.'),
      '422': problemResponse('The Idempotency-Key was used with another body.'),
      '503': problemResponse(
        'No event can be taken now, too many bytes are in work, the key cannot be checked, or Idempotency-Key cannot be honoured; try again.',
      ),
    },
  };
}
