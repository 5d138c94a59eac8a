// Only pnpm puts `publishConfig` in place: what npm packs here names an entry that is not in the tarball.
if (!(process.env.npm_config_user_agent ?? '').startsWith('pnpm/')) {
  process.stderr.write('auditlane: pack by `npm run build` at the root of the repository, or with `pnpm pack`\n');
  process.exitCode = 1;
}
