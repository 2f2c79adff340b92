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
	places    chan struct{} // taken while a signature is computed
}

// NewDomainSigner returns a signer. A signature is the largest piece of computing in a
// message's life; half of the processors stay free of it, so that whoever hands mail in
// does not wait behind what goes out.
func NewDomainSigner(d *domain.Directory, s *store.Store, box *secret.Box, c clock.Clock) *DomainSigner {
	places := make(chan struct{}, max(runtime.GOMAXPROCS(0)/2, 1))
	return &DomainSigner{d, s, box, c, memo.New[id.ID, string](c, time.Hour, 50_000), places}
}

// Sign implements Signer.
func (s *DomainSigner) Sign(ctx context.Context, accountID, domainID id.ID, content []byte) ([]byte, string, error) {
	signer, selector, err := s.directory.SigningKey(ctx, accountID, domainID)
	if err != nil {
		return nil, "", err
	}
	s.places <- struct{}{}
	defer func() { <-s.places }()
	field, err := signer.Sign(content, s.clock.Now())
	return field, selector, err
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
