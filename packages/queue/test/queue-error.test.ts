import { describe, expect, test } from 'vitest';
import { QueueError, toQueueError, toRedisCode } from '../src/queue-error.ts';

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('what Redis answers', () => {
  test.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'out_of_memory', true],
    ['MISCONF Errors writing to the AOF file', 'misconf', true],
    ['NOREPLICAS Not enough good replicas to write.', 'no_replicas', true],
    ["READONLY You can't write against a read only replica.", 'read_only', true],
    ['LOADING Redis is loading the dataset in memory', 'loading', true],
    ['BUSY Redis is busy running a script.', 'busy', true],
    ['NOAUTH Authentication required.', 'denied', true],
    ['WRONGPASS invalid username-password pair', 'denied', true],
    ["NOPERM this user has no permissions to run the 'evalsha' command", 'denied', true],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'wrong_type', true],
    ['CLUSTERDOWN The cluster is down', 'away', true],
    ['ERR value is not an integer or out of range', 'protocol', true],
  ])('%s', (message, code, isRetryable) => {
    expect(toQueueError(replyError(message))).toMatchObject({ code, isRetryable });
  });

  test('an error inside a script is found in the wrapping of Redis 6', () => {
    const message =
      'ERR Error running script (call to f_ab12): @user_script:17: -OOM command not allowed when used memory';
    expect(toRedisCode(message)).toBe('OOM');
    expect(
      toRedisCode('ERR Error running script (call to f_ab12): @user_script:17: @user_script: 17: -READONLY You'),
    ).toBe('READONLY');
    expect(toRedisCode('ERR anything else')).toBe('ERR');
  });
});

describe('what the client says', () => {
  test('any error of the network is away, with the cause kept', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    expect(toQueueError(cause)).toMatchObject({ code: 'away', isRetryable: true, cause });
  });

  test('an error of ours passes unchanged, and what is no error is still one of ours', () => {
    const ours = new QueueError('taken', 'x');
    expect(toQueueError(ours)).toBe(ours);
    expect(toQueueError('text')).toMatchObject({ code: 'protocol', cause: 'text' });
  });
});
