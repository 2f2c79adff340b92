package newsletter

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// PartResult is what became of one part of a mailing's audience. Opens and clicks are
// those of people; parts may share people.
type PartResult struct {
	Part
	All, Included, Sent, Opened, Clicked, Left int64
}

// Results returns one result for each part of a mailing's audience, as it was frozen.
func (m *Mailings) Results(ctx context.Context, scope account.Scope, mailingID id.ID, a Audience) (results []PartResult, err error) {
	var rows []PartResult
	err = m.Store.SystemRead(ctx, "what became of the parts of a mailing's audience", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT p.part AS id, count(*) AS "all", sum(CASE WHEN r.excluded = '' THEN 1 ELSE 0 END) AS included,
			sum(CASE WHEN d.state = 'delivered' THEN 1 ELSE 0 END) AS sent,
			sum(CASE WHEN o.human > 0 THEN 1 ELSE 0 END) AS opened, sum(CASE WHEN c.human > 0 THEN 1 ELSE 0 END) AS clicked,
			sum(CASE WHEN r.message_id <> '' AND s.message_id = r.message_id THEN 1 ELSE 0 END) AS "left"
			FROM mailing_parts p
			JOIN campaign_recipients r ON r.account_id = p.account_id AND r.campaign_id = p.campaign_id AND r.number = p.number
			LEFT JOIN deliveries d ON d.account_id = r.account_id AND d.message_id = r.message_id AND r.message_id <> ''
			LEFT JOIN visits o ON o.account_id = r.account_id AND o.message_id = r.message_id AND o.kind = 'open' AND o.link = 0
			LEFT JOIN visits c ON c.account_id = r.account_id AND c.message_id = r.message_id AND c.kind = 'click' AND c.link = 0
			LEFT JOIN suppressions s ON s.account_id = r.account_id AND s.stream = 'broadcast' AND s.address = r.address AND s.opted_out
			WHERE p.account_id = ? AND p.campaign_id = ? GROUP BY p.part`, scope.AccountID(), mailingID).Scan(&rows).Error
	})
	for _, part := range a.Parts() {
		result := PartResult{}
		for _, row := range rows {
			if row.ID == part.ID {
				result = row
			}
		}
		result.Part = part
		results = append(results, result)
	}
	return results, translate("results", noMailing, err)
}
