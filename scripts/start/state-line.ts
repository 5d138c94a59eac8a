import type { AuditMetrics } from './api.ts';

/** One line about the stack: how it is, its figures, and what to do. */
export function toStateLine(answer: AuditMetrics | null): string {
  if (answer === null) return 'the API does not answer: npm run pm2 -- logs audit-api';
  const { metrics, recommendations } = answer;
  const action = recommendations.find((it) => it.action !== undefined)?.action;
  const figures = `${metrics.queue_length} queued · ${metrics.inserts_last_minute} stored in the last minute`;
  return `${toState(answer)} · ${figures}${action === undefined ? '' : ` · ${action}`}`;
}

/** What makes two lines tell the same: an age or a count inside a message grows with every look, and is no news. */
export function toStateWords(answer: AuditMetrics | null): string {
  return answer === null ? 'away' : toState(answer).replaceAll(/\d+/gu, '0');
}

function toState({ health, recommendations }: AuditMetrics): string {
  const worst = recommendations.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
  return [health.status, ...worst].join(' · ');
}
