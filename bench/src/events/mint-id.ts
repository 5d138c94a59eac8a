import { randomFillSync } from 'node:crypto';
import { createUuidV7 } from '@auditlane/schema';

/** Mints ids of now as the client does, each larger than the one before it in this process. */
export const mintId = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));
