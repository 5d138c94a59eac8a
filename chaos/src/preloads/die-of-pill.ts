// Loaded into a worker and into the children that it probes entries with: whoever parses the text of a crash pill dies.
import { CRASH_PILL } from '../producer/chaos-event.ts';

const parse = JSON.parse;
JSON.parse = (text, reviver) => {
  if (typeof text === 'string' && text.includes(CRASH_PILL)) process.kill(process.pid, 'SIGKILL');
  return parse(text, reviver);
};
