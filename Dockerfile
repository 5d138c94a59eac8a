# One image for the API, the workers and maintenance: the command says which.
# The processes run their TypeScript sources directly on Node 24, so there is nothing to compile.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS install
WORKDIR /srv/auditlane
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/api/package.json apps/api/
COPY apps/worker/package.json apps/worker/
COPY apps/maintenance/package.json apps/maintenance/
COPY apps/cli/package.json apps/cli/
COPY packages/audit-client/package.json packages/audit-client/
COPY packages/dead-letters/package.json packages/dead-letters/
COPY packages/queue/package.json packages/queue/
COPY packages/runtime/package.json packages/runtime/
COPY packages/schema/package.json packages/schema/
COPY packages/store/package.json packages/store/
# The embedded servers and the Node binary are optional dependencies of a developer's checkout only.
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --no-optional --ignore-scripts --filter './apps/**...'
COPY apps apps
COPY packages packages

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /srv/auditlane
COPY --from=install --chown=root:root /srv/auditlane /srv/auditlane
# The sources stay owned by root: the running user can read them and change nothing but the spool.
RUN install -d -o node -g node /var/lib/auditlane/spool
USER node
EXPOSE 3000
# The API's own check; the other services name theirs in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT ?? 3000) + '/monitoring/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/api/src/main.ts"]
