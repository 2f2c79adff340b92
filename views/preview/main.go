// Preview serves every page with made-up data, for looking at:
//
//	go run ./views/preview -addr 127.0.0.1:8090
package main

import (
	"flag"
	"log/slog"
	"net"
	"net/http"
	"time"

	"smtpserver/views/preview/story"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if err := serve(*addr); err != nil {
		slog.Error("preview ended", "error", err)
	}
}

func serve(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	slog.Info("stories are told", "url", "http://"+listener.Addr().String()+"/")
	server := http.Server{Handler: story.Handler(), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}
