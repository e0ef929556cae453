# One image for all roles: docker run tamga portal, docker run tamga idp, …
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /tamga ./cmd/tamga && mkdir /files

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /tamga /usr/local/bin/tamga
COPY --from=build --chown=nonroot:nonroot /files /files
USER nonroot
ENTRYPOINT ["/usr/local/bin/tamga"]
