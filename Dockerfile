# Any image with Node 26 and npm, for example from a mirror.
ARG NODE_IMAGE=node:26-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs ./scripts/
COPY schemas ./schemas
COPY src ./src
RUN npm run build

# A separate stage: a change of the sources does not reinstall the packages.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# TypeScript files, source maps and tests are a third of the packages and are never used; Node would read the maps at
# each start.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -name '*.test.*' \) -delete \
  && find node_modules -type d -name test -prune -exec rm -r {} + \
  && mkdir /data

# The final stage runs no command: the image contains no cache, log or mount point of a build.
FROM ${NODE_IMAGE}
# Load balancers get five seconds to notice that the service is stopping.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data DRAIN_SECONDS=5
WORKDIR /app
COPY --from=dependencies --chown=1000:1000 /data /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY migrations ./migrations
COPY package.json openapi.json LICENSE* ./
COPY --from=build /app/dist/public ./dist/public
COPY --from=build /app/dist/schemas ./dist/schemas
COPY --from=build /app/dist/src ./dist/src

# A number: Kubernetes can verify that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/server.js"]
