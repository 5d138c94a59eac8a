import { describeVariables, SECTIONS, type DescribedVariable } from '@auditlane/runtime';

const DOCUMENT_HEAD = `<!-- Generated from the environment schemas by \`npm run generate\`. -->

# Configuration

Everything is optional. Each process reads its variables once, when it starts, from the environment and from a \`.env\`
beside \`package.json\`; the environment wins. An empty value counts as absent. A bad one ends the process with exit
status 78 and a record that names every fault; \`npm start\` checks those of all processes before it begins, and
\`npx auditlane doctor\` at any time. An unknown \`AUDIT_*\` name is reported. \`.env.example\` has them all.
`;

const EXAMPLE_HEAD = `# Generated from the environment schemas by \`npm run generate\`.
# Copy to .env beside package.json and remove the # of what you set. The environment wins over this file.
`;

/** docs/configuration.md and .env.example, from the one description of each variable in packages/runtime. */
export async function generate(): Promise<Record<string, string>> {
  return { 'docs/configuration.md': toDocument(), '.env.example': toExample() };
}

function inSection(section: string): readonly DescribedVariable[] {
  return describeVariables().filter((variable) => variable.section === section);
}

function toDocument(): string {
  const sections = SECTIONS.filter((section) => inSection(section).length > 0).map((section) => {
    const rows = inSection(section).map(toRow);
    return `\n## ${section}\n\n| variable | meaning | values | default | read by |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return DOCUMENT_HEAD + sections.join('');
}

function toRow({ name, description, allowed, fallback, readBy }: DescribedVariable): string {
  const shown = fallback === null ? 'none' : fallback.includes(' ') ? fallback : `\`${fallback}\``;
  return `| ${[`\`${name}\``, description, allowed, shown, readBy.join(', ')].map(toCell).join(' | ')} |`;
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function toExample(): string {
  const sections = SECTIONS.filter((section) => inSection(section).length > 0).map((section) => {
    const variables = inSection(section).map(
      ({ name, description, allowed, fallback, isSecret }) =>
        `# ${description}\n# Values: ${allowed}${isSecret === true ? ' (a secret)' : ''}\n# ${name}=${isLiteral(fallback) ? fallback : ''}\n`,
    );
    return `\n# ${section}\n\n${variables.join('\n')}`;
  });
  return (EXAMPLE_HEAD + sections.join('')).replaceAll('`', '');
}

/** A default in words is no value. */
function isLiteral(fallback: string | null): fallback is string {
  return fallback !== null && !fallback.includes(' ');
}
