package services

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports below the range from which systems take the source ports of outgoing
// connections: a server that was killed finds its port free when it returns.
const firstPort, lastPort = 15000, 31999

// freePort returns a port of 127.0.0.1 that nobody listens on now.
func freePort() (int, error) {
	var last error
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			last = err
			continue
		}
		return port, l.Close()
	}
	return 0, errors.Join(errors.New("services: no free port on 127.0.0.1"), last)
}
