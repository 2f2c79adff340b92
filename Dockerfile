# The program alone, on nothing: no shell, no package manager, an ordinary user.
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t smtpserver .
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X smtpserver/app/cli.Version=${VERSION}" -o /smtpserver ./app
# A volume takes owner and mode from the folder it is mounted on.
RUN install -d -m 0700 -o 65532 -g 65532 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build --chown=65532:65532 /data /data
COPY --from=build /src/LICENSE /LICENSE
COPY --from=build /smtpserver /smtpserver
USER 65532:65532
ENV ZONEINFO=/zoneinfo.zip \
    SMTPSERVER_DATA_DIR=/data \
    SMTPSERVER_WEB_ADDR=0.0.0.0:8080 \
    SMTPSERVER_SMTP_ADDR=0.0.0.0:2525 \
    SMTPSERVER_SMTPS_ADDR=0.0.0.0:2465 \
    SMTPSERVER_BOUNCE_ADDR=0.0.0.0:2526
VOLUME /data
EXPOSE 8080 2525 2465 2526
# No HEALTHCHECK: there is no shell to run one in. Ask GET /readyz, as an orchestrator does.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/smtpserver"]
CMD ["serve"]
