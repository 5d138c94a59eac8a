import type { Request, Response } from 'express';
import { PROBLEMS, Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import type { Answer } from './route.ts';
import { hasUnreadBody, writeBeforeBodyEnds } from './unread-body.ts';

/** Writes an answer. Nothing here is cacheable: each answer is about this moment or about one caller. */
export function writeAnswer(response: Response, answer: Answer): void {
  response.status(answer.status).set({ 'cache-control': 'no-store', ...answer.headers });
  if (answer.text === undefined) {
    response.type('application/json').send(JSON.stringify(answer.json));
  } else {
    response.set('content-type', answer.text.contentType).send(answer.text.body);
  }
}

/** Writes a refusal as `application/problem+json`; to a caller that still sends, before it has sent all. */
export function writeProblem(request: Request, response: Response, problem: Problem): void {
  const body = JSON.stringify(problem.toBody(requestIdOf(response)));
  response
    .status(problem.status)
    .set({ 'cache-control': 'no-store', ...problem.headers })
    .set('content-type', 'application/problem+json; charset=utf-8');
  if (hasUnreadBody(request)) {
    writeBeforeBodyEnds(request, response, body);
  } else {
    response.send(body);
  }
}

/** Any error as a refusal. What is not a Problem is ours: the caller learns a 500 and a request id, and nothing else. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  // The router answers a path that cannot be decoded (`/%ff`) with an error of status 400.
  if (error instanceof URIError) {
    return new Problem('invalid_target', { cause: error });
  }
  return new Problem('internal', { cause: error });
}

/** True for refusals that are our own fault or state, and belong in the log. */
export function isServerFault(problem: Problem): boolean {
  return PROBLEMS[problem.code].status === 500;
}
