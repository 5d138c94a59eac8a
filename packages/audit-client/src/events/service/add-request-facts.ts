import type { CopiedDetails } from '../redaction/copy-details.ts';
import type { RequestFacts } from './request-facts.ts';

/** Facts whose column has another spelling in snake_case. */
const SNAKE_CASE: ReadonlyMap<string, string> = new Map(
  ['ipAddress', 'userAgent', 'userId', 'sessionId', 'tenantId', 'requestId'].map((name) => [
    name,
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);

/** Adds to the details what the request says and they do not, in either spelling. */
export function addRequestFacts(details: CopiedDetails, facts: RequestFacts): CopiedDetails {
  for (const [name, value] of Object.entries(facts)) {
    const other = SNAKE_CASE.get(name);
    const isGiven = Object.hasOwn(details, name) || (other !== undefined && Object.hasOwn(details, other));
    if (!isGiven) details[name] = value;
  }
  return details;
}
