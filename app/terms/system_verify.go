package terms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Proof is what Verify found about texts, notices and records.
type Proof struct {
	Versions int      `json:"versions"`
	Accounts int      `json:"accounts"` // that have records
	Records  int      `json:"records"`
	Broken   []string `json:"broken"` // sentences; none when all holds
	// Fingerprint covers every record of every account. Kept elsewhere, it shows a later
	// reader that nothing before it was rewritten, cut off or left out.
	Fingerprint string `json:"fingerprint"`
}

// OK reports whether everything holds.
func (p Proof) OK() bool { return len(p.Broken) == 0 }

const mostBroken = 100

func (p *Proof) say(format string, args ...any) {
	if len(p.Broken) < mostBroken {
		p.Broken = append(p.Broken, fmt.Sprintf(format, args...))
	}
}

// Verify checks each text against its digest, each version against the thirty days, and
// each account's chain of records from its first to its last.
func Verify(ctx context.Context, s *store.Store) (p Proof, err error) {
	p.Broken = []string{}
	sum := sha256.New()
	err = s.SystemSnapshot(ctx, "check the chain of every account's records", func(_ context.Context, tx *gorm.DB) error {
		digests, err := p.versions(tx)
		if err != nil {
			return err
		}
		for after := id.ID(""); ; {
			var rows []recordRow
			next := tx.Raw("SELECT account_id FROM terms_records WHERE account_id > ? GROUP BY account_id ORDER BY account_id LIMIT 500", after)
			var accounts []id.ID
			if err := next.Scan(&accounts).Error; err != nil {
				return err
			}
			if len(accounts) == 0 {
				break
			}
			if err := tx.Where("account_id IN ?", accounts).Order("account_id, seq").Find(&rows).Error; err != nil {
				return err
			}
			for len(rows) > 0 {
				n := 1
				for n < len(rows) && rows[n].AccountID == rows[0].AccountID {
					n++
				}
				fmt.Fprintln(sum, p.chain(records(rows[:n]), digests))
				rows = rows[n:]
			}
			after = accounts[len(accounts)-1]
		}
		return nil
	})
	p.Fingerprint = hex.EncodeToString(sum.Sum(nil))
	return p, wrap("verify", err)
}

// Prove is Verify for a page.
func (a *Archive) Prove(ctx context.Context) (Proof, error) { return Verify(ctx, a.store) }

// versions checks the texts and returns their digests.
func (p *Proof) versions(tx *gorm.DB) (map[string]string, error) {
	var rows []versionRow
	if err := tx.Order("document, number").Find(&rows).Error; err != nil {
		return nil, err
	}
	digests := map[string]string{}
	last := map[Document]Version{}
	for _, r := range rows {
		v := r.version()
		p.Versions++
		digests[fmt.Sprint(v.Document, v.Number)] = v.Digest
		if digest(v.Markdown) != v.Digest {
			p.say("the text of %s version %d is not the one that was announced", v.Document, v.Number)
		}
		if v.Kind == Material && v.NotifiedAt != nil && v.EffectiveOn < Lawful(*v.NotifiedAt) {
			p.say("%s version %d takes effect less than %d days after its last notice", v.Document, v.Number, NoticeDays)
		}
		if before, ok := last[v.Document]; ok && before.EffectiveOn >= v.EffectiveOn && v.WithdrawnAt == nil {
			p.say("%s versions %d and %d are in force at once", v.Document, before.Number, v.Number)
		}
		if v.WithdrawnAt == nil {
			last[v.Document] = v
		}
	}
	return digests, nil
}

// chain checks one account's records and returns what stands for them in the fingerprint.
func (p *Proof) chain(history []Record, digests map[string]string) string {
	p.Accounts++
	p.Records += len(history)
	if err := CheckChain(history); err != nil {
		p.say("%v", err)
	}
	for _, r := range history {
		if digests[fmt.Sprint(r.Document, r.Number)] != r.Digest {
			p.say("record %d of account %s is of another text than %s version %d", r.Seq, r.AccountID, r.Document, r.Number)
		}
	}
	last := history[len(history)-1]
	return fmt.Sprint(last.AccountID, " ", last.Seq, " ", last.Hash)
}
