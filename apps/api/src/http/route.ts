import type { IncomingMessage } from 'node:http';
import type { AccessScope } from '@auditlane/runtime';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { Caller } from '../access/caller.ts';

/** What a handler sees of a request. */
export interface ApiRequest {
  readonly id: string;
  readonly caller: Caller;
  /** What stands for the `:names` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** For header fields and for reading the body as a stream; nothing has read it before. */
  readonly message: IncomingMessage;
  /** The first of the given media types that the caller accepts, best first; undefined when none. */
  accepts(types: readonly string[]): string | undefined;
}

/** What a handler answers: JSON, or text of another media type. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: { readonly body: string; readonly contentType: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of a route table: path, who may call it, how it is documented, and what it does. */
export interface Route {
  readonly method: 'get' | 'post';
  /** The first path is the documented one, the others are aliases; `:name` stands for one segment. */
  readonly paths: readonly [string, ...string[]];
  /** What the caller's key must allow; null for everybody. */
  readonly scope: AccessScope | null;
  readonly operation: ZodOpenApiOperationObject;
  answer(request: ApiRequest): Promise<Answer>;
}
