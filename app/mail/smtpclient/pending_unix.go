//go:build unix

package smtpclient

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// pending reports whether octets, or the end, wait to be read, without reading them.
func pending(conn net.Conn) bool {
	s, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return true // closed by us
	}
	waiting := true
	err = raw.Control(func(fd uintptr) {
		var octet [1]byte
		_, _, err := unix.Recvfrom(int(fd), octet[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		waiting = !errors.Is(err, unix.EAGAIN)
	})
	return waiting || err != nil
}
