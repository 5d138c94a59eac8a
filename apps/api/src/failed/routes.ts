import type { DeadLetters } from '@auditlane/dead-letters';
import * as z from 'zod';
import { createBodyBudget } from '../http/body-budget.ts';
import type { BodyBudget } from '../http/body-budget.ts';
import { Problem } from '../http/problem.ts';
import type { Answer, ApiRequest, Route } from '../http/route.ts';
import { problemResponse, problemResponses } from '../openapi/problem-responses.ts';
import {
  EditAnswer,
  EditBody,
  LetterAnswer,
  ListAnswer,
  ListQuery,
  PurgeAnswer,
  PurgeBody,
  RedriveAnswer,
  RedriveBody,
  toLetterBody,
  toSummaryBody,
} from './failed-schemas.ts';
import { readJsonBody, readQuery, toActor } from './read-request.ts';
import { toRefusal } from './to-refusal.ts';

/** Bodies of these routes that are in memory at once. */
const BUDGET = { totalBytes: 16_777_216, callerBytes: 8_388_608 } as const;

type Documented = Omit<Route['operation'], 'responses' | 'tags'>;

interface Operation {
  readonly method: Route['method'];
  readonly path: string;
  readonly documented: Documented;
  readonly answers: z.ZodType;
  readonly refusals?: Readonly<Record<string, ReturnType<typeof problemResponse>>>;
  answer(request: ApiRequest): Promise<unknown>;
}

const ONE = { requestParams: { path: z.object({ id: z.string() }) } } as const;
const ABSENT = { '404': problemResponse('There is no dead letter of this id.') } as const;

/** The routes for dead letters. Fixed paths come before those with an id. */
export function failedRoutes(letters: DeadLetters): readonly Route[] {
  const budget = createBodyBudget(BUDGET);
  const operations = [
    listOperation(letters),
    redriveOperation(letters, budget),
    purgeOperation(letters, budget),
    showOperation(letters),
    redriveOneOperation(letters),
    editOperation(letters, budget),
  ];
  return operations.map(toRoute);
}

function listOperation(letters: DeadLetters): Operation {
  return {
    method: 'get',
    path: '/api/v1/failed',
    documented: {
      operationId: 'listDeadLetters',
      summary: 'Events that could not be stored, newest first, from Redis and from the table alike',
      requestParams: { query: ListQuery },
    },
    answers: ListAnswer,
    answer: async (request) => {
      const { limit, cursor, reason } = readQuery(request, ListQuery);
      const page = await letters.list({
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
        ...(reason === undefined ? {} : { reason }),
      });
      return {
        letters: page.letters.map(toSummaryBody),
        next: page.next,
        in_list: page.inList,
        in_table: page.inTable,
      };
    },
  };
}

function showOperation(letters: DeadLetters): Operation {
  return {
    method: 'get',
    path: '/api/v1/failed/:id',
    documented: {
      operationId: 'getDeadLetter',
      summary: 'One dead letter, with the entry that was in the queue',
      ...ONE,
    },
    answers: LetterAnswer,
    refusals: ABSENT,
    answer: async (request) => {
      const letter = await letters.show(idOf(request));
      if (letter === null) throw new Problem('letter_not_found');
      return toLetterBody(letter);
    },
  };
}

function redriveOperation(letters: DeadLetters, budget: BodyBudget): Operation {
  return {
    method: 'post',
    path: '/api/v1/failed/redrive',
    documented: {
      operationId: 'redriveDeadLetters',
      summary: 'Puts dead letters back into the queue, oldest first, until the main lane is full',
      ...takes(RedriveBody),
    },
    answers: RedriveAnswer,
    answer: async (request) => letters.redrive(await readJsonBody(request, RedriveBody, budget), toActor(request)),
  };
}

function redriveOneOperation(letters: DeadLetters): Operation {
  return {
    method: 'post',
    path: '/api/v1/failed/:id/redrive',
    documented: { operationId: 'redriveDeadLetter', summary: 'Puts one dead letter back into the queue', ...ONE },
    answers: RedriveAnswer,
    answer: (request) => letters.redrive({ ids: [idOf(request)] }, toActor(request)),
  };
}

function purgeOperation(letters: DeadLetters, budget: BodyBudget): Operation {
  return {
    method: 'post',
    path: '/api/v1/failed/purge',
    documented: {
      operationId: 'purgeDeadLetters',
      summary: 'Deletes dead letters for good: named ones, or all when there are as many as expected',
      ...takes(PurgeBody),
    },
    answers: PurgeAnswer,
    refusals: { '409': problemResponse('`actual` letters are there, not as many as expected; nothing was done.') },
    answer: async (request) => letters.purge(await readJsonBody(request, PurgeBody, budget), toActor(request)),
  };
}

function editOperation(letters: DeadLetters, budget: BodyBudget): Operation {
  return {
    method: 'post',
    path: '/api/v1/failed/:id',
    documented: {
      operationId: 'editDeadLetter',
      summary: 'Puts a dead letter back into the queue as another entry; the original is kept',
      ...ONE,
      ...takes(EditBody),
    },
    answers: EditAnswer,
    refusals: { ...ABSENT, '422': problemResponse('A worker would refuse this entry again; `detail` says why.') },
    answer: async (request) => {
      const { entry } = await readJsonBody(request, EditBody, budget);
      const { action, outcome, eventId } = await letters.edit(idOf(request), entry, toActor(request));
      return { action, outcome, event_id: eventId };
    },
  };
}

function takes(schema: z.ZodType) {
  return { requestBody: { required: true, content: { 'application/json': { schema } } } } as const;
}

function idOf({ params }: ApiRequest): string {
  const id = params['id'];
  if (id === undefined || id.length > 300) throw new Problem('letter_not_found');
  return id;
}

function toRoute({ method, path, documented, answers, refusals, answer }: Operation): Route {
  return {
    method,
    paths: [path],
    scope: 'operate',
    operation: {
      ...documented,
      tags: ['Dead letters'],
      responses: {
        '200': { description: 'Done.', content: { 'application/json': { schema: answers } } },
        ...problemResponses('operate'),
        ...(method === 'post' && { '415': problemResponse('Not JSON in UTF-8, or compressed.') }),
        ...refusals,
        '503': problemResponse('Redis or Postgres is away, or the action cannot be recorded; try again.'),
      },
    },
    async answer(request): Promise<Answer> {
      try {
        return { status: 200, json: await answer(request) };
      } catch (error) {
        throw toRefusal(error);
      }
    },
  };
}
