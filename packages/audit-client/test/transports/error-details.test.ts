import { describe, expect, test } from 'vitest';
import { toErrorDetails } from '../../src/transports/error-details.ts';

describe('the details of an error', () => {
  test('an Error gives its name, message, code, stack and causes', () => {
    const error = Object.assign(new TypeError('no address', { cause: new Error('no route') }), {
      code: 'EHOSTUNREACH',
    });
    expect(toErrorDetails(error)).toEqual({
      name: 'TypeError',
      message: 'no address',
      code: 'EHOSTUNREACH',
      stack: expect.stringContaining('TypeError: no address\n    at '),
      cause: { name: 'Error', message: 'no route', stack: expect.any(String) },
    });
  });

  test('what the serializer of pino made of one gives the same', () => {
    expect(toErrorDetails({ type: 'TypeError', message: 'no address', stack: 'TypeError: no address' })).toEqual({
      name: 'TypeError',
      message: 'no address',
      stack: 'TypeError: no address',
    });
  });

  test('a text is a message, and nothing is nothing', () => {
    expect(toErrorDetails('broken')).toEqual({ name: 'Error', message: 'broken' });
    for (const nothing of ['', null, undefined, 42, true]) expect(toErrorDetails(nothing)).toBeNull();
  });

  test('causes end, also when they go in a circle', () => {
    const error = new Error('first');
    error.cause = error;
    expect(JSON.stringify(toErrorDetails(error)).split('"message":"first"')).toHaveLength(7);
  });

  test('long texts are cut and accessors that throw are passed over', () => {
    const details = toErrorDetails({
      message: 'm'.repeat(100_000),
      stack: 's'.repeat(100_000),
      get code(): string {
        throw new Error('mine');
      },
    });
    expect(details?.message).toHaveLength(4096);
    expect(details?.stack).toHaveLength(8192);
    expect(details).not.toHaveProperty('code');
  });
});
