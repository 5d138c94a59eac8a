import type { Express } from 'express';
import { auditOf, sendReceipt, type RouteContext } from '../audited-request.ts';
import { textOf, toFields } from '../read-body.ts';

/** `POST /api-keys`, `POST /api-keys/:id/rotations`, `DELETE /api-keys/:id`: each with `{ user, key_name }`. */
export function addApiKeyRoutes(app: Express, { audit, accounts }: RouteContext): void {
  app.post('/api-keys', async (request, response) => {
    const fields = toFields(request.body);
    const user = textOf(fields, 'user');
    const id = accounts.createKey(user);
    const receipt = await audit.logAudit({
      ...auditOf(request),
      event_type: 'api_key_created',
      event_category: 'info',
      user_id: user,
      resource_type: 'api_key',
      resource_id: id,
      description: `${user} created the API key ${textOf(fields, 'key_name')}`,
      metadata: { key_name: textOf(fields, 'key_name') },
    });
    sendReceipt(response, receipt, { status: 201, body: { id } });
  });

  const changes = [
    { verb: 'post', path: '/api-keys/:id/rotations', type: 'api_key_rotated', word: 'rotated' },
    { verb: 'delete', path: '/api-keys/:id', type: 'api_key_deleted', word: 'deleted' },
  ] as const;
  for (const { verb, path, type, word } of changes) {
    app[verb](path, async (request, response) => {
      const user = textOf(toFields(request.body), 'user');
      const id = request.params.id;
      const receipt = await audit.logAudit({
        ...auditOf(request),
        event_type: type,
        event_category: 'info',
        user_id: user,
        resource_type: 'api_key',
        resource_id: id,
        description: `${user} ${word} the API key ${id}`,
      });
      sendReceipt(response, receipt, { status: 200, body: { id } });
    });
  }
}
