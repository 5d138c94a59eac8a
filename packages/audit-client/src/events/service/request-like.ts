/**
 * A request as `logFromRequest` reads it: one of Express 4 or 5, of Fastify, of plain Node or of fetch, a context of Hono,
 * or anything that has some of this. Nothing is believed to be there or to be of the usual type.
 */
export interface RequestLike {
  readonly method?: unknown;
  readonly originalUrl?: unknown;
  readonly url?: unknown;
  readonly baseUrl?: unknown;
  /** What Express leaves there when a route has matched. */
  readonly route?: unknown;
  /** Names in lower case, or something with a `get`, as the `Headers` of fetch. */
  readonly headers?: unknown;
  /** The connection; its `remoteAddress` is the peer. */
  readonly socket?: unknown;
  /** The Express application: its setting `trust proxy` holds unless the service has one of its own. */
  readonly app?: unknown;
  /** Who signed in; see `getUser` of the service. */
  readonly user?: unknown;
  /** The id that a logger or framework gave it. */
  readonly id?: unknown;
  /** The answer, as Express leaves it there. */
  readonly res?: unknown;
}
