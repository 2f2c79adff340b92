package domain

import (
	"context"
	"errors"
	"net/netip"

	"smtpserver/app/mail/resolver"
)

// Resolver answers from DNS. It must not answer from a cache that outlives a
// minute: people press "Check now" right after they changed a record.
type Resolver interface {
	TXT(ctx context.Context, name string) ([]string, error)
	CNAME(ctx context.Context, name string) (string, error)
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
	NS(ctx context.Context, name string) ([]string, error)
}

// absent reports whether DNS said for certain that there is no such record.
func absent(err error) bool {
	var none *resolver.NotFound
	return errors.As(err, &none)
}
