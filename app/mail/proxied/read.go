package proxied

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// ErrHead says that a connection of a proxy does not begin as one.
var ErrHead = errors.New("proxied: no head of the PROXY protocol")

const (
	signature = "\r\n\r\n\x00\r\nQUIT\n" // of version 2
	maxLine   = 107                      // octets of a head of version 1
	maxEnds   = 4096                     // octets that a head of version 2 may go on
)

// Read reads a head and not an octet more. An invalid address means that the proxy speaks
// for itself, or does not know for whom.
func Read(r io.Reader) (client netip.AddrPort, err error) {
	begin := make([]byte, len(signature))
	if _, err := io.ReadFull(r, begin); err != nil {
		return client, fmt.Errorf("%w: %w", ErrHead, err)
	}
	if string(begin) == signature {
		return readBinary(r)
	}
	line := begin
	for !bytes.HasSuffix(line, []byte("\n")) {
		var next [1]byte
		if _, err := io.ReadFull(r, next[:]); err != nil || len(line) == maxLine {
			return client, ErrHead
		}
		line = append(line, next[0])
	}
	return parseLine(string(line))
}

// parseLine reads version 1: PROXY TCP4 192.0.2.1 198.51.100.1 40000 25.
func parseLine(line string) (client netip.AddrPort, err error) {
	words := strings.Split(strings.TrimSuffix(line, "\r\n"), " ")
	if words[0] == "PROXY" && len(words) > 1 && words[1] == "UNKNOWN" {
		return client, nil
	}
	if len(words) != 6 || words[0] != "PROXY" || words[1] != "TCP4" && words[1] != "TCP6" {
		return client, ErrHead
	}
	addr, err := netip.ParseAddr(words[2])
	port, err2 := strconv.ParseUint(words[4], 10, 16)
	if err != nil || err2 != nil || addr.Zone() != "" || addr.Is4() != (words[1] == "TCP4") {
		return client, ErrHead
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}

// readBinary reads version 2 after its signature.
func readBinary(r io.Reader) (client netip.AddrPort, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return client, fmt.Errorf("%w: %w", ErrHead, err)
	}
	n := int(binary.BigEndian.Uint16(head[2:]))
	if head[0]>>4 != 2 || n > maxEnds {
		return client, ErrHead
	}
	ends := make([]byte, n)
	if _, err := io.ReadFull(r, ends); err != nil {
		return client, fmt.Errorf("%w: %w", ErrHead, err)
	}
	if head[0]&0xf == 0 { // LOCAL: the proxy looks whether we are well
		return client, nil
	}
	octets := map[byte]int{0x1: 4, 0x2: 16}[head[1]>>4] // of an address
	switch {
	case head[0]&0xf != 1:
		return client, ErrHead
	case octets == 0:
		return client, nil
	case n < 2*octets+4:
		return client, ErrHead
	}
	addr, _ := netip.AddrFromSlice(ends[:octets])
	return netip.AddrPortFrom(addr.Unmap(), binary.BigEndian.Uint16(ends[2*octets:])), nil
}
