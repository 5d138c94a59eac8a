import type * as z from 'zod';

/** The variables that tie batch size to queue length. */
export interface BatchSizes {
  readonly AUDIT_BATCH_SMALL: number;
  readonly AUDIT_BATCH_MEDIUM: number;
  readonly AUDIT_BATCH_LARGE: number;
  readonly AUDIT_BATCH_MEDIUM_AT: number;
  readonly AUDIT_BATCH_LARGE_AT: number;
}

/** The batch size that a queue of this length calls for: the same answer in the worker that claims and in the API that reports. */
export function toBatchSize(queueLength: number, sizes: BatchSizes): number {
  if (queueLength >= sizes.AUDIT_BATCH_LARGE_AT) {
    return sizes.AUDIT_BATCH_LARGE;
  }
  return queueLength >= sizes.AUDIT_BATCH_MEDIUM_AT ? sizes.AUDIT_BATCH_MEDIUM : sizes.AUDIT_BATCH_SMALL;
}

/** Refinement of an env schema with these variables (`.superRefine(checkBatchSizes)`): larger steps need larger numbers. */
export function checkBatchSizes(sizes: BatchSizes, context: z.RefinementCtx): void {
  const rising = [
    ['AUDIT_BATCH_MEDIUM', 'AUDIT_BATCH_SMALL'],
    ['AUDIT_BATCH_LARGE', 'AUDIT_BATCH_MEDIUM'],
    ['AUDIT_BATCH_LARGE_AT', 'AUDIT_BATCH_MEDIUM_AT'],
  ] as const;
  for (const [name, lower] of rising) {
    if (sizes[name] < sizes[lower]) {
      context.addIssue({ code: 'custom', path: [name], message: `must not be below ${lower} (${sizes[lower]})` });
    }
  }
}
