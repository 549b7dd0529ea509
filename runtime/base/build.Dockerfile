# The base with a compiler, and with Node and npm laid out, for the build stage of the agent image only.
ARG BASE
FROM ${BASE}
COPY packages /packages
RUN set -e; export DEBIAN_FRONTEND=noninteractive; \
  dpkg --install /packages/*.deb > /packages/log 2>&1 || { tail -n 20 /packages/log; exit 1; }; \
  rm -rf /packages
COPY npm /npm
RUN sh /npm/node.sh /node && rm -rf /npm
