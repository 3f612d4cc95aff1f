# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies change seldom: resolved in a layer of their own.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
RUN swift build -c release --product fal-proxy --static-swift-stdlib \
 && strip -o /fal-proxy .build/release/fal-proxy

FROM debian:bookworm-slim
# curl is for the health check alone.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl libssl3 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin fal
COPY --from=build /fal-proxy /usr/local/bin/fal-proxy
COPY config/fal-proxy.yaml /etc/fal-proxy/fal-proxy.yaml
USER 10001
ENV FAL_PROXY_HOST=0.0.0.0 \
    FAL_PROXY_CONFIG=/etc/fal-proxy/fal-proxy.yaml \
    PORT=8080 \
    SWIFT_BACKTRACE=enable=no
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=2s --start-period=2s --retries=3 \
  CMD curl -fsS "http://127.0.0.1:${FAL_PROXY_PORT:-$PORT}/healthz" > /dev/null || exit 1
ENTRYPOINT ["fal-proxy"]
CMD ["serve"]
