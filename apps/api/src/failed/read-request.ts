import type { Actor } from '@auditlane/dead-letters';
import type * as z from 'zod';
import type { BodyBudget } from '../http/body-budget.ts';
import { Problem } from '../http/problem.ts';
import { readBody, requireContentType } from '../http/read-body.ts';
import type { ApiRequest } from '../http/route.ts';
import { parseSingle } from '../ingest/parse-events.ts';

/** An entry of the largest size that a worker takes, and what JSON adds to it; 10,000 ids are half of it. */
const MAX_BYTES = 2_097_152;

/** Who acts: the name of the key, since ids say nothing to people, or this machine. */
export function toActor({ id, caller, message }: ApiRequest): Actor {
  const { remoteAddress } = message.socket;
  const userAgent = message.headers['user-agent'];
  return {
    id: caller.kind === 'key' ? caller.name : caller.kind,
    via: 'http',
    requestId: id,
    ...(caller.kind === 'key' ? { keyId: caller.keyId } : {}),
    ...(remoteAddress === undefined ? {} : { ip: remoteAddress }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

/** The query, checked. Throws `invalid_parameter` for anything that the schema does not take, doubles included. */
export function readQuery<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.output<Schema> {
  const [, query = ''] = (request.message.url ?? '').split(/\?(.*)/su);
  const parameters = [...new URLSearchParams(query)];
  const values = Object.fromEntries(parameters);
  const parsed = schema.safeParse(values);
  if (parsed.success && Object.keys(values).length === parameters.length) return parsed.data;
  const detail = parsed.success ? 'A parameter occurs twice.' : toSentence(parsed.error);
  throw new Problem('invalid_parameter', { detail });
}

/** The body, checked. Throws `invalid_body`, and what reading and parsing throw. */
export async function readJsonBody<Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
  budget: BodyBudget,
): Promise<z.output<Schema>> {
  requireContentType(request.message, ['application/json']);
  const share = budget.open(`failed:${request.caller.kind === 'key' ? request.caller.keyId : request.caller.kind}`);
  try {
    const parsed = schema.safeParse(parseSingle(await readBody(request.message, { maxBytes: MAX_BYTES, share })));
    if (parsed.success) return parsed.data;
    throw new Problem('invalid_body', { detail: toSentence(parsed.error) });
  } finally {
    share.close();
  }
}

/** The first fault; the schemas of this folder word theirs as one sentence each. */
function toSentence({ issues }: z.ZodError): string {
  return (issues[0]?.message ?? '').slice(0, 1000);
}
