export {
  createHonoSecurityEvents,
  type HonoContextLike,
  type HonoHandler,
  type HonoSecurityEvents,
} from './create-hono-security-events.ts';
