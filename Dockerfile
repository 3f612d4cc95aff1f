# syntax=docker/dockerfile:1
#   docker build -t fal-proxy .                          Debian with a shell and curl
#   docker build -t fal-proxy --target minimal .         the binary, its libraries and the certificates, nothing else
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl-dev zlib1g-dev libturbojpeg0-dev libsqlite3-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies change seldom: resolved in a layer of their own.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
# Compiled into the binary.
COPY config/models config/models
RUN swift build -c release --product fal-proxy --static-swift-stdlib \
 && strip -o /fal-proxy .build/release/fal-proxy

FROM debian:bookworm-slim AS runtime
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /fal-proxy /usr/local/bin/fal-proxy
COPY config/fal-proxy.yaml /etc/fal-proxy/fal-proxy.yaml
COPY config/container.yaml /usr/share/fal-proxy/defaults.yaml

FROM runtime AS root
COPY config/minimal-root /usr/local/bin/minimal-root
RUN minimal-root /usr/local/bin/fal-proxy /root-of-image \
 && cp --parents /etc/fal-proxy/fal-proxy.yaml /usr/share/fal-proxy/defaults.yaml /root-of-image

FROM scratch AS minimal
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="fal-proxy" \
      org.opencontainers.image.description="The server-side proxy for fal.ai: browsers and apps call it, the key stays here." \
      org.opencontainers.image.version="${VERSION}"
COPY --from=root /root-of-image /
COPY --from=root --chown=10001:10001 /root-of-image/var/lib/fal-proxy /var/lib/fal-proxy
# A mounted file takes the place of FAL_PROXY_CONFIG's. No setting stands here: as a variable it would win over that file.
ENV PATH=/usr/local/bin \
    FAL_PROXY_CONFIG=/etc/fal-proxy/fal-proxy.yaml \
    FAL_PROXY_DEFAULTS=/usr/share/fal-proxy/defaults.yaml \
    SWIFT_BACKTRACE=enable=no
# The ledger, if a budget is set.
VOLUME /var/lib/fal-proxy
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=2s --retries=3 CMD ["fal-proxy", "healthcheck"]
ENTRYPOINT ["fal-proxy"]
CMD ["serve"]

FROM runtime
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="fal-proxy" \
      org.opencontainers.image.description="The server-side proxy for fal.ai: browsers and apps call it, the key stays here." \
      org.opencontainers.image.version="${VERSION}"
# For people who look inside; the health check does without.
RUN apt-get update \
 && apt-get install -y --no-install-recommends curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin fal \
 && install -d -o 10001 -g 10001 -m 700 /var/lib/fal-proxy
ENV FAL_PROXY_CONFIG=/etc/fal-proxy/fal-proxy.yaml \
    FAL_PROXY_DEFAULTS=/usr/share/fal-proxy/defaults.yaml \
    SWIFT_BACKTRACE=enable=no
# The ledger, if a budget is set.
VOLUME /var/lib/fal-proxy
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=2s --retries=3 CMD ["fal-proxy", "healthcheck"]
ENTRYPOINT ["fal-proxy"]
CMD ["serve"]
