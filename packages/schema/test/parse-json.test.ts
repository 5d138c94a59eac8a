import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from '../src/parse-json.ts';

it('a key with an escape is its own, whatever keys were parsed before it', () => {
  for (const [before, text, keys] of [
    ['{"q":1,"a\\\\":1}', '{"q":1,"a\\"":1}', ['q', 'a"']],
    ['{"w":1,"C:\\\\temp":1}', '{"w":1,"C:\\tempx":1}', ['w', 'C:\tempx']],
    ['{"e":1,"a\\u005c":1}', '{"e":1,"a\\u0022" :1}', ['e', 'a"']],
  ] as const) {
    parseJson(before);
    JSON.parse(before);
    expect(Object.keys(Object(parseJson(text)))).toEqual(keys);
  }
  const both = parseJson('{"n":1.5,"\\u0001":2,"\\\\":{"\\\\":["\\\\",{"\\"":1}]}}');
  expect(both).toEqual({ n: 1.5, '\u0001': 2, '\\': { '\\': ['\\', { '"': 1 }] } });
});

// Every text is parsed in a shape of its own, in which the parser has seen no key before.
let texts = 0;
const parseAlone = (text: string): unknown => {
  texts += 1;
  const [value] = Object.values(JSON.parse(`{"${texts}":${text}}`) as object) as readonly unknown[];
  return value;
};

it('everything else is as JSON.parse has it', () => {
  const withoutBackslash = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\\', '/'));
  fc.assert(
    fc.property(fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.string({ unit: 'binary' }), fc.double(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(withoutBackslash, tie('value'), { maxKeys: 4 }),
    })).value, (value) => {
      const text = JSON.stringify(value);
      expect(parseJson(text)).toEqual(parseAlone(text));
    }),
    { numRuns: 3000 },
  ); // prettier-ignore
});

it('a key named __proto__ is data, a repeated key keeps its last value, and numbers reach the reviver as written', () => {
  expect(Object.getOwnPropertyNames(parseJson('{"\\u005f_proto__":{"a\\"":1}}'))).toEqual(['__proto__']);
  expect(parseJson('{"a\\"":1,"b":2,"a\\u0022":3}')).toEqual({ 'a"': 3, b: 2 });
  const keep = (...[, value, context]: readonly unknown[]): unknown =>
    typeof value === 'number' ? (context as { source: string }).source : value;
  expect(parseJson('{"a\\"":9007199254740993}', keep)).toEqual({ 'a"': '9007199254740993' });
});

it('what is no JSON is refused as by JSON.parse, and hostile text takes no time', () => {
  for (const text of ['', '{"a\\', '{"a\\x":1}', '{"a\\"":1', '"\\":', '{"\\ud83":1}', '{"a\n\\"":1}']) {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  }
  expect(() => parseJson(`"${'\\"'.repeat(2_000_000)}`)).toThrow(SyntaxError);
  expect(parseJson(`[${'"\\""  ,'.repeat(300_000)}1]`)).toHaveLength(300_001);
  expect(parseJson(`${'{"\\"":'.repeat(50_000)}1${'}'.repeat(50_000)}`)).toBeTypeOf('object');
});
