module github.com/docker-proxy-filter/dpf

go 1.20

godebug default=go1.26
