import type { EncodeContext, Encoded } from './encoded.ts';
import type { Findings } from './findings.ts';
import { LIMITS } from './limits.ts';
import { shrinkMetadata } from './shrink-metadata.ts';
import { cutText, quote } from './text.ts';
import type { EventCategory } from './vocabularies.ts';

/** The members of an entry in their order; flags, producer and n are written between head and metadata. */
export interface EntryParts {
  /** From the opening brace to the last column. */
  readonly head: string;
  readonly metadata: string | null;
  readonly findings: Findings;
  readonly category: EventCategory;
}

const MAX_BYTES_PER_UNIT = 3;
/** Columns worth cutting when metadata has nothing left to cut. */
const LONG_COLUMNS = ['description', 'user_agent', 'resource_id'] as const;

function isFitting(line: string, maxBytes: number): boolean {
  return line.length * MAX_BYTES_PER_UNIT <= maxBytes || Buffer.byteLength(line) <= maxBytes;
}

function writeLine(parts: EntryParts, context: EncodeContext): string {
  const { head, metadata, findings } = parts;
  const flags = findings.flags === 0 ? '' : `,"flags":${findings.flags}`;
  const tail = metadata === null ? '}' : ',"metadata":' + metadata + '}';
  return head + flags + ',"producer":' + quote(context.producerId) + ',"n":' + context.producerSeq + tail;
}

/** Ever smaller versions of the entry: metadata is cut first, then the long columns. */
function* shrink(parts: EntryParts): Generator<EntryParts> {
  const { findings } = parts;
  findings.flag('metadataTruncated');
  let { head } = parts;
  let smallest = parts.metadata;
  for (smallest of shrinkMetadata(parts.metadata ?? '{}', findings)) yield { ...parts, metadata: smallest };
  for (const column of LONG_COLUMNS) {
    head = cutColumn(head, column, findings);
    for (smallest of shrinkMetadata(smallest ?? '{}', findings)) yield { ...parts, head, metadata: smallest };
  }
}

function cutColumn(head: string, column: string, findings: Findings): string {
  const entry: Record<string, unknown> = JSON.parse(`${head}}`);
  const text = entry[column];
  if (typeof text !== 'string' || text.length <= LIMITS.cutValueCharacters) return head;
  findings.flag('truncated');
  if (!findings.hasCut(column)) findings.recordCut(column, text);
  entry[column] = cutText(text, LIMITS.cutValueCharacters);
  return JSON.stringify(entry).slice(0, -1);
}

/**
 * The finished line. One that is over the limit is cut: first the largest values of metadata, then all of metadata, then
 * the long columns; each cut is recorded in `metadata._auditlane.truncated`. What is still over is refused.
 */
export function fitEntry(parts: EntryParts, context: EncodeContext): Encoded {
  const line = writeLine(parts, context);
  const { category, findings } = parts;
  if (isFitting(line, context.maxEventBytes)) return { kind: 'encoded', line, category, flags: findings.flags };
  for (const smaller of shrink(parts)) {
    const shorter = writeLine(smaller, context);
    if (isFitting(shorter, context.maxEventBytes))
      return { kind: 'encoded', line: shorter, category, flags: findings.flags };
  }
  const message = `The event takes over ${context.maxEventBytes} bytes even without its metadata.`;
  return { kind: 'rejected', reason: 'too_large', issues: [{ path: '', code: 'too_large', message }] };
}
