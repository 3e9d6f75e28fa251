# The program in one bundle with what it needs of its dependencies, run by an unprivileged user. Nothing is written at
# run time: start it with a read-only root file system and no capabilities, as docker-compose.yml does.
#
# Built on the builder's own platform for all others: what is copied from here is JavaScript. Tags say which image it is,
# digests that it is the same one tomorrow. Dependabot renews both.
FROM --platform=$BUILDPLATFORM node:26.10.0-trixie-slim@sha256:930557a230abacbc3f4fd9b8648abf8f4bee1e17cb72195dcdfb2f709bc85b33 AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: no dependency needs one, and one that suddenly has one is not to be trusted.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/ scripts/
COPY src/ src/
# A few files instead of hundreds start sooner and take less memory. Names stay as they are; with
# NODE_OPTIONS=--enable-source-maps stack traces lead to src/, for some 12 MiB more.
RUN npm run build

# Distroless: Node, CA certificates and fourteen Debian packages, for amd64 and arm64. node:26-slim is a third larger and has
# some eighty packages, a shell, apt and npm, whose vulnerabilities would be ours to answer for. The price: the tag names only
# Node's line, so that the digest alone pins the release, and there is no shell to look around with (the tag `debug` has one).
#
# Node 26 is the newest LTS line: it became LTS on 2026-10-28, when Node 24 had just gone into maintenance.
# To move to the next line (27, LTS from October 2027) put it into test/support/node-versions.ts first.
FROM gcr.io/distroless/nodejs26-debian13:nonroot@sha256:2ee7b2c54a3e37dfc248af81c9f6bcdcaa50abe4af44aa47a3388431031b9283
# COPY gives files and folders to root, so that the program cannot change itself. WORKDIR would give a folder that it makes
# to the image's user, and so comes after.
# `settings` prints .env.example.
COPY package.json LICENSE .env.example /app/
COPY --from=build /app/dist/bundle/ /app/dist/bundle/
WORKDIR /app
# Where distroless has it, and nothing looks for it.
ENV PATH=/nodejs/bin:$PATH
ENV NODE_ENV=production
# Loopback inside a container cannot be reached from outside. Who can connect is decided by how the port is published: on 127.0.0.1.
# (To listen on X8_SOCKET instead, set X8_HOST to nothing.)
ENV X8_HOST=0.0.0.0
# By number, or Kubernetes could not tell that it is not root. Any other number will do as well.
USER 65532:65532
EXPOSE 8808
# Alive, not ready: a restart cures a process that hangs, but not an account that 8x8 refuses.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s --retries=3 \
  CMD ["node", "dist/bundle/main.js", "health"]
# Exec form: signals reach the program itself, which lets requests in flight end.
ENTRYPOINT ["node", "dist/bundle/main.js"]

# What the release workflow knows, and nobody else. Last, because every build has its own. The base's digest is in the provenance.
ARG VERSION=0.0.0-unreleased
ARG REVISION=unknown
ARG SOURCE
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="8x8-auth-proxy" \
  org.opencontainers.image.description="A local authenticating reverse proxy for 8x8's API: it holds the app's key and secret, keeps one shared token fresh, and adds it to every request." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.created="$CREATED" \
  org.opencontainers.image.source="$SOURCE" \
  org.opencontainers.image.documentation="$SOURCE#readme" \
  org.opencontainers.image.base.name="gcr.io/distroless/nodejs26-debian13:nonroot"
