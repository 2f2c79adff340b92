package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Deps is what the demo is made with.
type Deps struct {
	Store       *store.Store
	Accounts    *account.Service
	Domains     *domain.Service
	Credentials *credential.Service
	Hasher      *identity.Hasher
	Mint        func(accountID, userID id.ID) account.Scope // of the demo's owner
	Extra       []func(ctx context.Context, scope account.Scope, r *rand.Rand) error
	Messages    int // 0: 6000
}

// Made tells how to look at what was made.
type Made struct {
	Account         account.Account
	Email, Password string
	Messages        int
}

// days is how far back the demo's mail goes.
const days = 30

// Fill makes the account. It refuses a database in which real accounts are.
func Fill(ctx context.Context, d Deps) (Made, error) {
	if d.Messages == 0 {
		d.Messages = 6000
	}
	f := &filler{Deps: d, rand: rand.New(rand.NewPCG(20261125, 4)), now: d.Store.Now(), unwanted: map[string]bool{}} //nolint:gosec // the same names each time
	made, err := f.fill(ctx)
	if err != nil && fault.Is(err, fault.Internal) {
		return made, fmt.Errorf("demo: %w", err)
	}
	return made, err
}

type filler struct {
	Deps
	rand  *rand.Rand
	now   time.Time
	scope account.Scope
	send  []domain.Domain

	unwanted map[string]bool // stream and address
}

func (f *filler) fill(ctx context.Context) (m Made, err error) {
	if err := f.refuseRealAccounts(ctx); err != nil {
		return m, err
	}
	m = Made{Email: "maria@hofladen.example", Password: secret.Token(), Messages: f.Messages}
	ctx = audit.From(ctx, audit.Source{Name: m.Email})
	owner, err := f.people(ctx, m.Email, m.Password)
	if err != nil {
		return m, err
	}
	if m.Account, err = f.Accounts.Create(ctx, owner, account.Profile{Name: "Hofladen Brandt", Kind: account.Business}); err != nil {
		return m, err
	}
	f.scope = f.Mint(m.Account.ID, owner)
	steps := []func(context.Context) error{f.members, f.details, f.domains, f.credentials, f.suppressions, f.messages}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return m, err
		}
	}
	for _, extra := range f.Extra {
		if err := extra(ctx, f.scope, f.rand); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (f *filler) details(ctx context.Context) error {
	return f.Accounts.SetDetails(ctx, f.scope, account.Profile{Name: "Hofladen Brandt", Kind: account.Business}, account.Details{
		LegalName: "Hofladen Brandt GmbH", Country: "DE", TaxNumber: "DE136695976", Street: "Dorfstraße 3", Postcode: "73312", City: "Geislingen",
		ContactName: "Maria Brandt", BillingEmail: "buchhaltung@hofladen.example", TimeZone: "Europe/Berlin",
	})
}

func (f *filler) credentials(ctx context.Context) error {
	for _, name := range []string{"shop", "newsletter", "old-till"} {
		issued, err := f.Credentials.Issue(ctx, f.scope, credential.Request{Name: name})
		if err != nil {
			return err
		}
		if name == "old-till" {
			if err := f.Credentials.Revoke(ctx, f.scope, issued.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) suppressions(ctx context.Context) error {
	var rows []message.Suppression
	for i := range 140 {
		reason, stream := "Its server says that the mailbox does not exist.", message.Transactional
		if i%3 > 0 {
			reason, stream = "Unsubscribed.", message.Broadcast
		}
		rows = append(rows, message.Suppression{Stream: stream, Address: f.person(i * 25), Reason: reason})
		f.unwanted[string(stream)+f.person(i*25)] = true
	}
	_, err := message.NewArchive(f.Store).Suppress(ctx, f.scope, rows)
	return err
}

var (
	firstNames = []string{"anna", "ben", "clara", "david", "emma", "felix", "greta", "hannah", "ida", "jonas", "karl", "lena", "mia", "noah", "otto", "paula", "ruth", "samuel", "theo", "vera"}
	lastNames  = []string{"adler", "bauer", "claus", "dietz", "ebert", "fischer", "graf", "huber", "jung", "kern", "lang", "maier", "neu", "peters", "roth", "seidl", "thoma", "voss", "weber", "zorn"}
	providers  = []string{"mail.example", "post.example", "inbox.example", "freemail.example", "company.example", "school.example"}
)

// person is the address of the nth made-up person.
func (f *filler) person(n int) string {
	return fmt.Sprintf("%s.%s%d@%s", firstNames[n%len(firstNames)], lastNames[n/20%len(lastNames)], n/400, providers[n%len(providers)])
}
