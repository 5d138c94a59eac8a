import { describe, expect, test } from 'vitest';
import { findJsonFault } from '../src/ingest/json-fault.ts';
import { shapeOf } from '../src/ingest/json-shape.ts';

describe('findJsonFault', () => {
  test.each([
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{"a":NaN}', 5],
    ['{"a":01}', 6],
    ['{"a":1.}', 7],
    ['{"a":1e}', 7],
    ['{"a":-}', 6],
    ['\u{feff}{}', 0],
    ['{"a":"x', 7],
    ['{"a":"\n"}', 6],
    ['{"a":"\\x"}', 7],
    ['{"a":"\\u12"}', 7],
    ["{'a':1}", 1],
    ['{"a" 1}', 5],
    ['{"a":1 "b":2}', 7],
    ['[1 2]', 3],
    ['[1}', 2],
    ['{} {}', 3],
    ['', 0],
    ['   ', 3],
    ['undefined', 0],
    ['{"a":tru}', 5],
    ['[[],{},[1,{"b":[}]]', 16],
    ['{\u0000', 1],
  ])('%j goes wrong at character %i', (text, offset) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(findJsonFault(text)).toBe(offset);
  });

  test.each(['{"a":[1,-0.5e+3,"\\u00e9\\n",true,false,null,{}],"b":{"c":[]}}', '  12 ', '"x"', '[]'])(
    'it reads all of %j, which is JSON',
    (text) => {
      expect(() => JSON.parse(text)).not.toThrow();
      expect(findJsonFault(text)).toBe(text.length);
    },
  );

  test('megabytes of hostile text cost no stack', () => {
    expect(findJsonFault('['.repeat(2_000_000))).toBe(2_000_000);
    expect(findJsonFault(`"${'\\n'.repeat(2_000_000)}`)).toBe(4_000_001);
    expect(findJsonFault(`[${'1'.repeat(2_000_000)}`)).toBe(2_000_001);
  });
});

describe('shapeOf', () => {
  const LIMITS = { nesting: 200, commas: 999, values: 5000 };

  test.each([
    ['{"a":[1,[2]]}', 3, 0],
    ['"[[[[,,"', 0, 0],
    ['["\\"[[[,"]', 1, 0],
    ['[[],[],[[1,2]]]', 3, 2],
    ['{"a":1,"b":[1,2,3]}', 2, 1],
  ])('%s is nested %i deep and has %i commas of its own', (text, nesting, commas) => {
    expect(shapeOf(Buffer.from(text), LIMITS)).toMatchObject({ nesting, commas });
  });

  test('looking stops one above a limit', () => {
    expect(shapeOf(Buffer.from('['.repeat(100_000)), LIMITS).nesting).toBe(201);
    expect(shapeOf(Buffer.from(`[${'0,'.repeat(100_000)}`), LIMITS).commas).toBe(1000);
  });
});
