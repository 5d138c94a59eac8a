import type { Catalog, Column, Relation } from './catalog.ts';

const HEAD = `<!-- Generated from the database's own comments by \`npm run generate\`. -->

# The database

What the migrations in \`packages/store/sql/migrations\` make, by the comments that the database carries itself
(\`\\d+ audit_logs\` in psql shows the same). \`packages/store/sql/schema.sql\` has the statements.
`;

/** docs/database.md: every table, view, column and function with its comment. Throws when one has none. */
export function toDocument({ relations, functions, sequences }: Catalog): string {
  const shown = relations.filter(({ kind }) => kind !== 'partition');
  return [
    HEAD,
    ...shown.filter(({ kind }) => kind === 'table').map(toSection),
    ...shown.filter(({ kind }) => kind === 'view').map(toSection),
    `## Functions\n\n${functions.map(({ signature, comment }) => `- \`${signature}\`: ${said(signature, comment)}`).join('\n')}\n`,
    `## Sequences\n\n${sequences.map(({ name, comment }) => `- \`${name}\`: ${said(name, comment)}`).join('\n')}\n`,
  ].join('\n');
}

function toSection(relation: Relation): string {
  const { kind, name, comment, columns, indexes, constraints, rights, partitionKey } = relation;
  const rows = columns.map((column) => toRow(name, column)).join('\n');
  return [
    `## ${name}${kind === 'view' ? ' (view)' : ''}\n`,
    `${said(name, comment)}${partitionKey === null ? '' : ` Partitioned by ${partitionKey.toLowerCase()}.`}\n`,
    `| column | type | meaning |\n|---|---|---|\n${rows}\n`,
    ...toList('Constraints', constraints),
    ...toList(
      'Indexes',
      indexes.map((index) => index.replace(/^.* INDEX (\S+) ON (ONLY )?(\S+) /, '$1 ')),
    ),
    ...toList('Rights', rights),
  ].join('\n');
}

function toRow(relation: string, { name, type, isNotNull, comment }: Column): string {
  return `| \`${name}\` | ${type}${isNotNull ? ', not null' : ''} | ${said(`${relation}.${name}`, comment).replaceAll('|', '\\|')} |`;
}

function toList(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:\n\n${lines.map((line) => `- \`${line}\``).join('\n')}\n`];
}

function said(name: string, comment: string | null): string {
  if (comment === null) throw new Error(`${name} has no COMMENT: add one in the migration that makes it`);
  return comment;
}
