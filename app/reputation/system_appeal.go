package reputation

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// mostAppeals is how many appeals of a case wait for an answer at most.
const mostAppeals = 5

// Appeal takes what a customer says about its standing. It opens a case when there is none.
func (s *Service) Appeal(ctx context.Context, scope account.Scope, text string) error {
	accountID, err := scope.Account()
	if err != nil {
		return translate("appeal", err)
	}
	if text, err = checkText(text); err != nil {
		return err
	}
	_, author := scope.Who()
	return s.change(ctx, accountID, "take an account's appeal", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		open, err := unanswered(tx, accountID, st.CaseID)
		if err != nil {
			return err
		}
		if open >= mostAppeals {
			return fault.Field("text", "We have what you wrote, and a person answers. Please wait for that.")
		}
		if err := s.openCase(tx, st, "The customer wrote."); err != nil {
			return err
		}
		if err := tx.Create(&Note{AccountID: accountID, ID: id.New(), CaseID: st.CaseID, Kind: Appeal, Author: author, Text: text, At: s.store.Now()}).Error; err != nil {
			return err
		}
		return s.Audit.Record(ctx, scope, audit.Entry{Action: "standing.appealed", Object: audit.Object{ID: accountID}})
	})
}

func unanswered(tx *gorm.DB, accountID, caseID id.ID) (n int64, err error) {
	if caseID.IsZero() {
		return 0, nil
	}
	err = tx.Raw(`SELECT COUNT(*) FROM standing_notes WHERE account_id = ? AND case_id = ? AND kind = 'appeal'
		AND note_id > COALESCE((SELECT MAX(note_id) FROM standing_notes WHERE account_id = ? AND case_id = ? AND kind = 'answer'), '')`, accountID, caseID, accountID, caseID).Scan(&n).Error
	return n, err
}
