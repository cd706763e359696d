# syntax=docker/dockerfile:1
# The operator's image: Node, the libraries it links to, and the bundle. No shell, no package manager, not root.
# Mirrors: docker build --build-arg BUILD_IMAGE=<mirror>/node:24-bookworm-slim .
ARG BUILD_IMAGE=node:24-bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY emulator/package.json emulator/package.json
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY emulator emulator
RUN node scripts/build.ts
# What the node binary needs to run, and nothing else.
RUN mkdir -p /image/app /image/etc /image/tmp \
  && chmod 1777 /image/tmp \
  && cp dist/*.mjs /image/app/ \
  && cp --dereference "$(command -v node)" /image/node \
  && ldd /image/node | grep -o '/[^ )]*' | xargs -I{} cp --parents --dereference {} /image \
  && echo 'operator:x:65532:65532::/app:/nonexistent' > /image/etc/passwd

FROM scratch
COPY --from=build /image /
USER 65532:65532
WORKDIR /app
EXPOSE 8080 8081
# Small heaps on purpose: the operator keeps slim records, and the limits keep its memory flat.
ENTRYPOINT ["/node", "--max-semi-space-size=2", "--max-old-space-size=96", "/app/finance-cloud-operator.mjs"]
