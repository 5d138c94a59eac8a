import * as z from 'zod';

/** What the runner asks of a producer; each is answered by `{ call, ids }` when every receipt is there. */
export const Command = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('log'),
    call: z.int(),
    count: z.int().positive(),
    kind: z.enum(['plain', 'poison', 'critical', 'large', 'pill']).default('plain'),
  }),
  z.object({
    do: z.literal('load'),
    call: z.int(),
    /** Events a second; 0 ends the load. */
    rate: z.int().nonnegative(),
    /** Share of poison and of critical events. */
    poison: z.number().default(0),
    critical: z.number().default(0),
  }),
  z.object({ do: z.literal('stats'), call: z.int() }),
  /** Ends at once, by `process.exit`, whatever has no receipt yet. */
  z.object({ do: z.literal('exit'), call: z.int() }),
]);
export type Command = z.output<typeof Command>;

export const Reply = z.object({
  call: z.int(),
  /** Ids of the acknowledged events. */
  ids: z.array(z.string()),
  /** For `stats`: what the client counts. */
  stats: z.unknown().optional(),
});
export type Reply = z.output<typeof Reply>;
