/** Every way in which the API refuses, with the status and the sentence that belong to it. The set is closed. */
export const PROBLEMS = {
  invalid_target: { status: 400, title: 'The request target must be a path.' },
  repeated_header: { status: 400, title: 'A header field that decides who asks, or for what, occurs more than once.' },
  key_in_query: { status: 400, title: 'A key must not be part of the URL; send it as Authorization: Bearer.' },
  invalid_encoding: { status: 400, title: 'The body is not valid UTF-8.' },
  invalid_json: { status: 400, title: 'The body is not valid JSON.' },
  json_too_deep: { status: 400, title: 'The body is nested too deeply.' },
  incomplete_body: { status: 400, title: 'The body ended early.' },
  invalid_parameter: { status: 400, title: 'A parameter of the query is not what this route takes.' },
  invalid_body: { status: 400, title: 'The body is not what this route takes.' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list: begin without one.' },
  empty_batch: { status: 400, title: 'The body holds no event.' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key is not 1 to 255 visible ASCII characters.' },
  no_event_accepted: { status: 400, title: 'No event of this request was accepted.' },
  unauthorized: { status: 401, title: 'A valid API key is needed.' },
  forbidden: { status: 403, title: 'The API key does not have the scope that this route needs.' },
  letter_not_found: { status: 404, title: 'There is no dead letter of this id.' },
  not_found: { status: 404, title: 'There is no such route.' },
  method_not_allowed: { status: 405, title: 'This route does not support the method.' },
  request_timeout: { status: 408, title: 'The body did not arrive in time.' },
  count_mismatch: { status: 409, title: 'There are not as many dead letters as expected; nothing was done.' },
  body_too_large: { status: 413, title: 'The body is too large.' },
  batch_too_large: { status: 413, title: 'The body holds too many events.' },
  unsupported_content_type: {
    status: 415,
    title: 'The body must be application/json or application/x-ndjson in UTF-8.',
  },
  unsupported_content_encoding: { status: 415, title: 'Compressed bodies are not accepted.' },
  invalid_entry: { status: 422, title: 'A worker would refuse this entry again.' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used with another body.' },
  too_many_headers: { status: 431, title: 'The request has too many header fields.' },
  internal: { status: 500, title: 'The request could not be answered.' },
  too_many_bodies: { status: 503, title: 'Too many bytes of requests are in work now.' },
  keys_unavailable: { status: 503, title: 'API keys cannot be checked now.' },
  idempotency_unavailable: { status: 503, title: 'Idempotency-Key cannot be honoured now.' },
  unrecorded: { status: 503, title: 'The action could not be recorded.' },
  servers_away: { status: 503, title: 'Redis or Postgres cannot be asked now.' },
  no_event_taken: { status: 503, title: 'No event could be taken now.' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions extends ErrorOptions {
  /** What exactly is wrong, for the caller; never the text of an internal error. */
  readonly detail?: string;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal: thrown anywhere below a route, written as `application/problem+json` in one place. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(PROBLEMS[code].title, options);
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.detail = options.detail;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  /** The body by RFC 9457. `type` names the problem and is no link: a link would need a host, and Host is the caller's. */
  toBody(requestId: string): Readonly<Record<string, unknown>> {
    return {
      type: `urn:auditlane:problem:${this.code}`,
      title: this.message,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      code: this.code,
      request_id: requestId,
      ...this.members,
    };
  }
}
