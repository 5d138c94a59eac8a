import type { Findings } from './findings.ts';
import { AUDITLANE_KEY } from './event-metadata.ts';
import { LIMITS } from './limits.ts';
import { cutText } from './text.ts';
import { parseJson } from './parse-json.ts';

/** A place in metadata whose value may be cut. */
interface Candidate {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly field: string;
  readonly bytes: number;
}

/** Members of `_auditlane` that hold what a caller wrote at length; the others are short and stay. */
const CUTTABLE_ADDITIONS: readonly string[] = ['extra', 'caller', 'original', 'tags', 'reason'];

/** A smaller member would not shrink when it is cut. */
const MEMBER_BYTES = 64;

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parseTree(text: string): Record<string, unknown> {
  const tree = parseJson(text);
  return isTree(tree) ? tree : {};
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** Long strings anywhere in metadata, largest first. */
function findLongStrings(tree: Record<string, unknown>): Candidate[] {
  const found: Candidate[] = [];
  const visit = (holder: Record<string, unknown>, path: string): void => {
    for (const [key, value] of Object.entries(holder)) {
      const field = `${path}.${key}`;
      if (field === `metadata.${AUDITLANE_KEY}.truncated`) continue;
      if (isTree(value)) visit(value, field);
      if (typeof value !== 'string' || value.length <= LIMITS.cutValueCharacters) continue;
      const bytes = bytesOf(value);
      if (bytes >= LIMITS.cuttableBytes) found.push({ holder, key, field, bytes });
    }
  };
  visit(tree, 'metadata');
  return found.toSorted((a, b) => b.bytes - a.bytes);
}

/** Whole members of metadata and of the long parts of `_auditlane`, largest first. */
function findLargeMembers(tree: Record<string, unknown>): Candidate[] {
  const auditlane = tree[AUDITLANE_KEY];
  const own = Object.keys(tree)
    .filter((key) => key !== AUDITLANE_KEY)
    .map((key) => toCandidate(tree, key, 'metadata'));
  const additions = isTree(auditlane) ? auditlane : {};
  const added = CUTTABLE_ADDITIONS.filter((key) => Object.hasOwn(additions, key)).map((key) =>
    toCandidate(additions, key, `metadata.${AUDITLANE_KEY}`),
  );
  return [...own, ...added].filter(({ bytes }) => bytes >= MEMBER_BYTES).toSorted((a, b) => b.bytes - a.bytes);
}

function toCandidate(holder: Record<string, unknown>, key: string, path: string): Candidate {
  return { holder, key, field: `${path}.${key}`, bytes: bytesOf(holder[key]) };
}

function cut({ holder, key, field }: Candidate, findings: Findings): void {
  const value = holder[key];
  // A value that the writer had cut before is recorded already, with the hash of the true original.
  if (!findings.hasCut(field)) findings.recordCut(field, typeof value === 'string' ? value : JSON.stringify(value));
  holder[key] = typeof value === 'string' ? `${cutText(value, LIMITS.cutValueCharacters)}…` : '[Truncated]';
}

function render(tree: Record<string, unknown>, findings: Findings): string {
  const auditlane = tree[AUDITLANE_KEY];
  const untold = findings.untold === 0 ? {} : { truncated_more: findings.untold };
  const kept = isTree(auditlane) ? auditlane : {};
  return JSON.stringify({ ...tree, [AUDITLANE_KEY]: { ...kept, truncated: findings.truncated, ...untold } });
}

/** Cuts 1, 1, 2, 4, 8, … candidates and yields the text after each step: few texts, and little cut that need not be. */
function* cutStepwise(
  tree: Record<string, unknown>,
  candidates: readonly Candidate[],
  findings: Findings,
): Generator<string> {
  let done = 0;
  while (done < candidates.length) {
    const step = Math.max(1, done);
    for (const candidate of candidates.slice(done, done + step)) cut(candidate, findings);
    done += step;
    yield render(tree, findings);
  }
}

/**
 * Ever smaller versions of an event's metadata, ending with `_auditlane` alone. Largest values go first: a string keeps
 * its beginning, anything else becomes "[Truncated]"; each is recorded.
 */
export function* shrinkMetadata(metadata: string, findings: Findings): Generator<string> {
  const tree = parseTree(metadata);
  yield* cutStepwise(tree, findLongStrings(tree), findings);
  yield* cutStepwise(tree, findLargeMembers(tree), findings);
  const members = Object.keys(tree).filter((key) => key !== AUDITLANE_KEY);
  if (members.length > 0) findings.recordCut('metadata', metadata);
  const auditlane = tree[AUDITLANE_KEY];
  const kept = isTree(auditlane) ? Object.entries(auditlane).filter(([key]) => !CUTTABLE_ADDITIONS.includes(key)) : [];
  yield render({ [AUDITLANE_KEY]: Object.fromEntries(kept) }, findings);
}
