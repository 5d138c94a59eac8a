import { afterEach, describe, expect, test, vi } from 'vitest';

import { describeWithEvalData, evalDataDir } from '../src/index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('evaluation data', () => {
  test('is looked for where the environment says', () => {
    vi.stubEnv('AUDITLANE_EVAL_DATA', import.meta.dirname);
    expect(evalDataDir()).toBe(import.meta.dirname);
  });

  test('is null where its folder is absent', () => {
    vi.stubEnv('AUDITLANE_EVAL_DATA', `${import.meta.dirname}/no-such-folder`);
    expect(evalDataDir()).toBeNull();
  });
});

describeWithEvalData('with evaluation data', (dir) => {
  test('the folder given is the folder found', () => {
    expect(dir).toBe(evalDataDir());
  });
});
