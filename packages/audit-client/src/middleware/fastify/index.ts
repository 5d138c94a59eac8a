export {
  createFastifySecurityEvents,
  type FastifyHook,
  type FastifyLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
  type FastifySecurityEvents,
} from './create-fastify-security-events.ts';
