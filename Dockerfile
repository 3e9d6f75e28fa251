# The program in one bundle with what it needs of its dependencies, run by an unprivileged user. Nothing is written at
# run time: start it with a read-only root file system and no capabilities, as docker-compose.yml does.
#
# Node 26 is the newest LTS line: it became LTS on 2026-10-28, when Node 24 had just gone into maintenance.
# To renew: take the newest 26.x.y of https://hub.docker.com/_/node and run `npm run test:matrix` and `npm test`.
# To move to the next line (27, LTS from October 2027) put it into test/matrix.ts first.
FROM node:26.10.0-trixie-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
# No install scripts: no dependency needs one, and one that suddenly has one is not to be trusted.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/ scripts/
COPY src/ src/
# A few files instead of hundreds start sooner and take less memory. Names stay as they are; with
# NODE_OPTIONS=--enable-source-maps stack traces lead to src/, for some 12 MiB more.
RUN npm run build

FROM base
ENV NODE_ENV=production
# Loopback inside a container cannot be reached from outside. Who can connect is decided by how the port is published: on 127.0.0.1.
# (To listen on X8_SOCKET instead, set X8_HOST to nothing.)
ENV X8_HOST=0.0.0.0
COPY package.json ./
COPY --from=build /app/dist/bundle/ dist/bundle/
# The files belong to root: the program cannot change itself.
USER node
EXPOSE 8808
# Alive, not ready: a restart cures a process that hangs, but not an account that 8x8 refuses.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "http.get({ host: '127.0.0.1', port: process.env.X8_PORT || 8808, socketPath: process.env.X8_SOCKET, path: '/-/live' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Exec form: signals reach the program itself, which lets requests in flight end.
ENTRYPOINT ["node", "dist/bundle/main.js"]
