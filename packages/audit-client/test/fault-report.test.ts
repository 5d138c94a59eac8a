import { expect, test, vi } from 'vitest';
import { FaultReport } from '../src/spool/fault-report.ts';

function createReport() {
  const sent: number[] = [];
  const state = { answer: (): Promise<boolean> => Promise.resolve(true) };
  const report = new FaultReport(async (count) => {
    const isSent = await state.answer();
    if (isSent) sent.push(count);
    return isSent;
  });
  return { report, sent, state };
}

test('faults are counted together, once a second', async () => {
  vi.useFakeTimers();
  try {
    const { report, sent } = createReport();
    report.add();
    report.add();
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([2]);
    await vi.advanceTimersByTimeAsync(5000);
    report.add();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([2, 1]);
  } finally {
    vi.useRealTimers();
  }
});

test.each([() => Promise.resolve(false), () => Promise.reject(new Error('away'))])(
  'a count that does not get through is kept for the next time',
  async (answer) => {
    vi.useFakeTimers();
    try {
      const { report, sent, state } = createReport();
      state.answer = answer;
      report.add();
      await vi.advanceTimersByTimeAsync(3000);
      report.add();
      state.answer = () => Promise.resolve(true);
      await vi.advanceTimersByTimeAsync(1000);
      expect(sent).toEqual([2]);
    } finally {
      vi.useRealTimers();
    }
  },
);

test('the end sends what is left, without waiting for its second', async () => {
  const { report, sent } = createReport();
  report.add();
  await report.close();
  expect(sent).toEqual([1]);
  await report.close();
  expect(sent).toEqual([1]);
});
