import type { Catalog, Column, Relation } from './catalog.ts';

const HEAD = `-- Generated from the migrations by \`npm run generate\`: what they make of an empty database. Not run by anything.
-- Partitions with bounds are left out, since they depend on the day; so is who owns what.
`;

/** sql/schema.sql: the whole schema in one place, to read and to compare. */
export function toSchemaSql({ relations, functions, sequences }: Catalog): string {
  return [
    HEAD,
    ...functions.map(({ definition }) => `${definition.trim()};\n`),
    ...sequences.map(({ name }) => `create sequence ${name};\n`),
    ...relations.map(toStatements),
  ].join('\n');
}

function toStatements(relation: Relation): string {
  // A partition has its indexes from its parent.
  const indexes = relation.kind === 'partition' ? [] : relation.indexes.map(lowerKeywords);
  const statements = [toCreate(relation), ...indexes, ...relation.rights];
  return statements.map((statement) => `${statement};\n`).join('');
}

function toCreate({ kind, name, parent, definition, columns, constraints, partitionKey }: Relation): string {
  if (kind === 'view') return `create view ${name} as\n${(definition ?? '').trim().replace(/;$/, '')}`;
  if (kind === 'partition') return `create table ${name} partition of ${parent} default`;
  const lines = [...columns.map(toColumn), ...constraints].map((line) => `  ${line}`).join(',\n');
  return `create table ${name} (\n${lines}\n)${partitionKey === null ? '' : ` partition by ${partitionKey.toLowerCase()}`}`;
}

function toColumn({ name, type, isNotNull, isGenerated, isIdentity, fallback }: Column): string {
  const value = isIdentity
    ? 'generated always as identity'
    : fallback === null
      ? ''
      : isGenerated
        ? `generated always as (${fallback}) stored`
        : `default ${fallback}`;
  return [name, type, isNotNull ? 'not null' : '', value].filter((part) => part !== '').join(' ');
}

/** Postgres writes the keywords of an index definition in capitals. */
function lowerKeywords(definition: string): string {
  return definition.replaceAll(/\b(CREATE|UNIQUE|INDEX|ON|ONLY|USING|WHERE|WITH|IS|NOT|NULL|AND|OR)\b/g, (word) =>
    word.toLowerCase(),
  );
}
