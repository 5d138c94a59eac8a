import { toFlagNames } from '@auditlane/schema';
import type { HistoryEvent } from '@auditlane/store';
import { toTime } from '../terminal/quantities.ts';
import { toStyled, type Piece, type Style } from '../terminal/styles.ts';
import { toChange } from './change.ts';

type Line = readonly Piece[];

const CATEGORY_STYLES: Readonly<Record<string, Style>> = { critical: 'bad', warning: 'warning' };
const LABEL_WIDTH = 8;

/** One event for a person: the first line says when, what and who, the others what else is known. */
export function toEventLines(event: HistoryEvent): readonly Line[] {
  const { before, after, rest } = toChange(event.metadata);
  const style = CATEGORY_STYLES[event.eventCategory];
  const category = style === undefined ? event.eventCategory : toStyled(event.eventCategory, style);
  const outcome = event.outcome === null ? [] : [`  ${event.outcome}`];
  const flags = toFlagNames(event.flags);
  return [
    [
      toStyled(toTime(event.createdAt), 'strong'),
      '  ',
      toStyled(event.eventType, 'strong'),
      '  ',
      category,
      ...outcome,
      `  by ${event.userId ?? 'nobody named'}`,
      ...toOrigin(event),
    ],
    ...(event.description === null ? [] : [[`  ${event.description}`]]),
    ...toLabelled('before', before),
    ...toLabelled('after', after),
    ...rest.flatMap(([name, value]) => toLabelled(name, value)),
    ...(event.occurredAt === null ? [] : toLabelled('occurred', toTime(event.occurredAt))),
    ...(flags.length === 0 ? [] : toLabelled('flags', flags.join(', '))),
    [toStyled(`  ${'id'.padEnd(LABEL_WIDTH)} ${event.id}`, 'dim')],
    [],
  ];
}

function toOrigin({ ipAddress, serviceName, host }: HistoryEvent): Line {
  return [
    ...(ipAddress === null ? [] : [`  from ${ipAddress}`]),
    ...(serviceName === null
      ? []
      : [toStyled(`  by way of ${serviceName}${host === null ? '' : ` on ${host}`}`, 'dim')]),
  ];
}

function toLabelled(label: string, value: string | null): readonly Line[] {
  return value === null ? [] : [[toStyled(`  ${label.padEnd(LABEL_WIDTH)} `, 'dim'), value]];
}
