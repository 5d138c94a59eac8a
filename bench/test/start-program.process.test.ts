import { afterEach, expect, test, vi } from 'vitest';
import { startProgram } from '../src/programs/start-program.ts';

const NAME = 'AUDIT_OF_WHOEVER_STARTS';
const PROGRAM = `
  console.log(JSON.stringify([process.env.${NAME} ?? null, process.env.AUDIT_GIVEN ?? null]));
  console.error('first words');
  if (process.argv[1] === 'stay') setInterval(() => undefined, 1000);
`;

afterEach(() => vi.unstubAllEnvs());

test('a program has the settings that it is given, and none of whoever starts it', async () => {
  vi.stubEnv(NAME, 'x');
  const args = ['-e', PROGRAM, 'stay'];
  await using program = await startProgram({ name: 'it', args, env: { AUDIT_GIVEN: 'y' }, isReady: () => true });
  expect(JSON.parse(program.readyLine)).toEqual([null, 'y']);
});

test('a program ends with its block', async () => {
  const start = () => startProgram({ name: 'it', args: ['-e', PROGRAM, 'stay'], env: {}, isReady: () => true });
  const program = await start();
  expect(process.kill(program.pid, 0)).toBe(true);
  await program[Symbol.asyncDispose]();
  expect(() => process.kill(program.pid, 0)).toThrow('ESRCH');
});

test('a program that ends before it is ready is told with its last words', async () => {
  const starting = startProgram({ name: 'it', args: ['-e', PROGRAM], env: {}, isReady: () => false });
  await expect(starting).rejects.toThrow(/^it ended before it was ready \(exit code 0\):\n[^]*first words/);
});
