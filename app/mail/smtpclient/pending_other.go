//go:build !unix

package smtpclient

import "net"

// pending cannot look without reading here; what waits is noticed at the next read.
func pending(net.Conn) bool { return false }
