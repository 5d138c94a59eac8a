import { z } from 'zod';

const CellEnv = z.object({
  REDIS_URL: z.string(),
  DATABASE_URL: z.string(),
  BENCH_REDIS_PID: z.coerce.number(),
  BENCH_POSTGRES_PID: z.coerce.number(),
});

/** Where the servers of a cell are, and which processes they are; `runCell` sets it. */
export const cellEnv = CellEnv.parse(process.env);
