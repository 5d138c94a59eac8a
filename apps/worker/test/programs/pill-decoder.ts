import { decodeClaim as decode } from '../../src/storing/decode-claim.ts';
import type { DecodedClaim } from '../../src/storing/decode-claim.ts';

/** The worker's decoder, but for what `pill.ts` says of it. */
export function decodeClaim(entries: readonly Buffer[]): DecodedClaim {
  if (entries.some((entry) => entry.includes('PILL'))) process.kill(process.pid, 'SIGKILL');
  return decode(entries);
}
