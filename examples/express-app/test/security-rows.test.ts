import { describe, expect, test } from 'vitest';
import { matchSecurityRows } from '../demo/security-rows.ts';

const event = {
  name: 'a wrong password',
  columns: { event_type: 'auth.login.failure', severity: 'medium', correlation_id: 'c1' },
  data: { status: 401 },
};
const row = {
  id: '1',
  event_type: 'auth.login.failure',
  severity: 'medium',
  correlation_id: 'c1',
  event_data: { status: 401, path: '/x' },
};

describe('the rows of security events', () => {
  test('are found by type and correlation id, and may say more than is expected', () => {
    expect(matchSecurityRows([event], [row])).toEqual({ matched: [{ event, row }], differences: [], unexplained: [] });
  });

  test('of another correlation id do not count', () => {
    const { matched, differences, unexplained } = matchSecurityRows([event], [{ ...row, correlation_id: 'c2' }]);
    expect([matched.length, differences.map(({ field }) => field), unexplained.length]).toEqual([0, ['the row'], 1]);
  });

  test('differ by a column or by a key of their data', () => {
    const changed = { ...row, severity: 'low', event_data: { status: 200 } };
    const fields = matchSecurityRows([event], [changed]).differences.map(({ field }) => field);
    expect(fields).toEqual(['severity', 'event_data.status']);
  });

  test('are each of one event: two rows for it leave one unexplained', () => {
    const second = { ...row, id: '2' };
    expect(matchSecurityRows([event], [row, second]).unexplained).toEqual([second]);
  });

  test('of requests that were broken off are explained by that', () => {
    const aborted = { id: '3', event_type: 'api.request', correlation_id: 'c9', event_data: { aborted: true } };
    expect(matchSecurityRows([], [aborted]).unexplained).toEqual([]);
    expect(matchSecurityRows([], [{ ...aborted, event_data: {} }]).unexplained).toHaveLength(1);
  });
});
