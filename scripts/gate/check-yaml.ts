import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { WORKSPACE_DIR } from '@auditlane/runtime';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import type { ToolResult } from './run-tool.ts';

const IGNORED = new Set(['node_modules', 'dist', '.git', '.auditlane']);

/** What Compose demands of its file as far as it can be told without an engine. */
const ComposeFile = z.object({
  services: z.record(
    z.string(),
    z
      .looseObject({
        image: z.string().optional(),
        build: z.unknown().optional(),
        depends_on: z.unknown().optional(),
        // What every service of ours must have: nothing to write, nothing to gain, an end to what it takes, and a check.
        read_only: z.literal(true),
        security_opt: z.tuple([z.literal('no-new-privileges:true')]),
        mem_limit: z.string(),
        cpus: z.number(),
        healthcheck: z.looseObject({ test: z.array(z.string()) }),
        logging: z.looseObject({ options: z.looseObject({ 'max-size': z.string(), 'max-file': z.string() }) }),
      })
      .refine(({ image, build }) => image !== undefined || build !== undefined, 'needs image or build'),
  ),
  volumes: z.record(z.string(), z.unknown()).optional(),
});

/** Every YAML file parses without a doubled key; a Compose file also names only services and volumes that exist. */
export async function checkYaml(): Promise<ToolResult> {
  const faults: string[] = [];
  const paths = glob('**/*.{yml,yaml}', {
    cwd: WORKSPACE_DIR,
    exclude: (path) => IGNORED.has(path.split('/').at(-1) ?? ''),
  });
  for await (const path of paths) {
    const documents = parseAllDocuments(readFileSync(join(WORKSPACE_DIR, path), 'utf8'), { merge: true });
    for (const document of Array.isArray(documents) ? documents : []) {
      faults.push(...[...document.errors, ...document.warnings].map(({ message }) => `${path}: ${message}`));
      if (/compose/.test(path) && document.errors.length === 0) faults.push(...checkCompose(path, document.toJS()));
    }
  }
  return { code: faults.length === 0 ? 0 : 1, output: faults.join('\n') };
}

function checkCompose(path: string, content: unknown): readonly string[] {
  const parsed = ComposeFile.safeParse(content);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`);
  const { services, volumes } = parsed.data;
  return Object.entries(services).flatMap(([name, service]) => [
    ...namesIn(service.depends_on)
      .filter((other) => !(other in services))
      .map((other) => `${path}: ${name} depends on ${other}, which is no service`),
    ...namedVolumes(service['volumes'])
      .filter((volume) => !(volume in (volumes ?? {})))
      .map((volume) => `${path}: ${name} mounts ${volume}, which is no volume`),
  ]);
}

function namesIn(list: unknown): readonly string[] {
  if (Array.isArray(list)) return list.map(String);
  return typeof list === 'object' && list !== null ? Object.keys(list) : [];
}

function namedVolumes(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  const sources = list.filter((entry) => typeof entry === 'string').map((entry) => entry.split(':')[0] ?? '');
  return sources.filter((source) => /^[a-z0-9]/i.test(source));
}
