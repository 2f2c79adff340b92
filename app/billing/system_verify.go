package billing

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Verify looks whether the sums add up: what is settled of each invoice is its credit notes
// and payments; numbers have no gaps; each invoice has its paper; and a period is followed
// by the next one. It returns what is wrong, in words.
func (s *Service) Verify(ctx context.Context) (wrong []string, err error) {
	err = s.store.SystemSnapshot(ctx, "verify what was billed and paid", func(_ context.Context, tx *gorm.DB) error {
		var off []struct {
			Kind    Kind
			Number  int64
			Settled Money
			Found   Money
		}
		if err := tx.Raw(unsettled).Scan(&off).Error; err != nil {
			return err
		}
		for _, o := range off {
			wrong = append(wrong, fmt.Sprintf("%s counts %d as settled, its credit notes and payments are %d", o.Kind.label(o.Number), o.Settled, o.Found))
		}
		var series []struct {
			Kind                     Kind
			Number, Stored, Greatest int64
			Papers                   int64
		}
		if err := tx.Raw(gaps).Scan(&series).Error; err != nil {
			return err
		}
		for _, r := range series {
			if r.Number != r.Stored || r.Number != r.Greatest {
				wrong = append(wrong, fmt.Sprintf("%s: %d numbers were taken, %d are stored, the greatest is %d", r.Kind, r.Number, r.Stored, r.Greatest))
			}
			if r.Papers != r.Stored {
				wrong = append(wrong, fmt.Sprintf("%s: %d of %d have their paper", r.Kind, r.Papers, r.Stored))
			}
		}
		return nil
	})
	return wrong, translate("verify", noInvoice, err)
}

const unsettled = `SELECT * FROM (SELECT i.kind, i.number, i.settled,
	COALESCE((SELECT SUM(p.amount) FROM payments p WHERE p.account_id = i.account_id AND p.invoice_id = i.invoice_id), 0)
	- COALESCE((SELECT SUM(c.gross) FROM invoices c WHERE c.account_id = i.account_id AND c.refers_to = i.invoice_id), 0) AS found
	FROM invoices i) AS sums WHERE settled <> found ORDER BY kind, number LIMIT 100`

const gaps = `SELECT s.kind, s.number, (SELECT COUNT(*) FROM invoices i WHERE i.kind = s.kind) AS stored,
	COALESCE((SELECT MAX(number) FROM invoices i WHERE i.kind = s.kind), 0) AS greatest,
	(SELECT COUNT(*) FROM invoices i JOIN invoice_papers p ON p.account_id = i.account_id AND p.invoice_id = i.invoice_id WHERE i.kind = s.kind) AS papers
	FROM invoice_series s`
