import type { AccessScope } from '@auditlane/runtime';
import * as z from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { PROBLEMS } from '../http/problem.ts';

const codes = Object.keys(PROBLEMS);

/** The body of every refusal (RFC 9457). */
export const ProblemBody = z
  .looseObject({
    type: z.string().meta({ description: 'Names the problem; not a link.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z
      .string()
      .refine((code) => codes.includes(code))
      .meta({ description: `One of: ${codes.join(', ')}.` }),
    request_id: z.uuid().meta({ description: 'Also in the header X-Request-Id and in the log.' }),
  })
  .meta({ id: 'Problem' });

/** One documented refusal. */
export function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: ProblemBody } } } as const;
}

/** The refusals that every route with a scope has. */
export function problemResponses(
  scope: AccessScope,
  options: { readonly without?: readonly string[] } = {},
): ZodOpenApiResponsesObject {
  const all: Readonly<Record<string, ReturnType<typeof problemResponse>>> = {
    '400': problemResponse('A malformed request, or a key in the URL.'),
    '401': problemResponse('No valid API key, and not a request of this machine.'),
    '403': problemResponse(`The key lacks the scope ${scope}.`),
    '503': problemResponse('The key cannot be checked now, because Postgres is away.'),
  };
  return Object.fromEntries(Object.entries(all).filter(([status]) => !(options.without ?? []).includes(status)));
}
