package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// DomainSigner signs with the keys of the domains' directory and makes return
// paths at the domains' own host names, so that SPF is aligned.
type DomainSigner struct {
	directory *domain.Directory
	store     *store.Store
	box       *secret.Box
	clock     clock.Clock
	hosts     *memo.Memo[id.ID, string]
	busy      func() bool   // mail is coming in
	places    chan struct{} // taken while a signature is computed
	further   chan struct{} // the same, while nobody hands mail in
}

// NewDomainSigner returns a signer. A signature is the largest piece of computing in a
// message's life; while mail is coming in, half of the processors stay free of it, so
// that whoever hands mail in does not wait behind what goes out.
func NewDomainSigner(d *domain.Directory, s *store.Store, box *secret.Box, c clock.Clock, busy func() bool) *DomainSigner {
	all := runtime.GOMAXPROCS(0)
	half := max(all/2, 1)
	return &DomainSigner{
		directory: d, store: s, box: box, clock: c, hosts: memo.New[id.ID, string](c, time.Hour, 50_000),
		busy: busy, places: make(chan struct{}, half), further: make(chan struct{}, all-half),
	}
}

// Sign implements Signer.
func (s *DomainSigner) Sign(ctx context.Context, accountID, domainID id.ID, content []byte) ([]byte, string, error) {
	signer, selector, err := s.directory.SigningKey(ctx, accountID, domainID)
	if err != nil {
		return nil, "", err
	}
	defer s.place()()
	field, err := signer.Sign(content, s.clock.Now())
	return field, selector, err
}

// place waits for a place and returns how to leave it.
func (s *DomainSigner) place() (leave func()) {
	further := s.further
	if s.busy() {
		further = nil // never taken
	}
	select {
	case s.places <- struct{}{}:
		return func() { <-s.places }
	case further <- struct{}{}:
		return func() { <-s.further }
	}
}

// ReturnPath implements Signer: b+<message>-<mac>@<the domain's return-path host>.
func (s *DomainSigner) ReturnPath(ctx context.Context, m *message.Message) (string, error) {
	if m.MailFrom == "" {
		return "", nil // the null path stays null, so that no bounce loops
	}
	host, err := s.hosts.Get(m.DomainID, func() (host string, err error) {
		err = s.store.SystemRead(ctx, "find where bounces of a domain go", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT return_path FROM domains WHERE account_id = ? AND domain_id = ?", m.AccountID, m.DomainID).Scan(&host).Error
		})
		return host, err
	})
	if err != nil {
		return "", fmt.Errorf("delivery: return path: %w", err)
	}
	if host == "" {
		return "", errors.New("delivery: return path: the domain is gone")
	}
	local, err := message.ReturnPathLocal(s.box, m.ID)
	if err != nil {
		return "", err
	}
	return local + "@" + host, nil
}
