package campaign

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// person is a contact with what may have changed since the audience was frozen.
type person struct {
	ContactID                    id.ID
	Address                      string
	Name, Company, Language      string
	Attributes                   string
	Suppressed, OffTopic, Paused bool
	OptedOut                     bool
}

// stillWanted asks for a batch of contacts, and once more for what keeps mail from them.
const stillWanted = `
SELECT c.contact_id, c.address, c.name, c.company, c.language, c.attributes,
	s.address IS NOT NULL AS suppressed, COALESCE(s.opted_out, false) AS opted_out, s.ends_at IS NOT NULL AS paused,
	t.address IS NOT NULL OR l.address IS NOT NULL AS off_topic
FROM contacts c
LEFT JOIN suppressions s ON s.account_id = c.account_id AND s.stream = 'broadcast' AND s.address = c.address AND (s.ends_at IS NULL OR s.ends_at > ?)
LEFT JOIN topic_choices t ON t.account_id = c.account_id AND t.topic_id = ? AND t.address = c.address AND t.choice = 'out'
LEFT JOIN topic_suppressions l ON l.account_id = c.account_id AND l.topic_id = ? AND l.address = c.address
WHERE c.account_id = ? AND c.contact_id `

// People implements broadcast.Audience, with one query for the batch.
func (s *Service) People(ctx context.Context, c broadcast.Campaign, of []broadcast.Recipient) ([]broadcast.Person, error) {
	sender, err := s.sender(ctx, c.AccountID)
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(of))
	for i := range of {
		ids[i] = of[i].ContactID
	}
	var rows []person
	err = s.store.SystemRead(ctx, "who the recipients of a campaign are", func(_ context.Context, tx *gorm.DB) error {
		among, list := store.In(tx, ids)
		return tx.Raw(stillWanted+among, s.store.Now(), c.TopicID, c.TopicID, c.AccountID, list).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("campaign: people: %w", err)
	}
	found := make(map[id.ID]person, len(rows))
	for _, row := range rows {
		found[row.ContactID] = row
	}
	people := make([]broadcast.Person, len(of))
	for i, r := range of {
		row, there := found[r.ContactID]
		if people[i], err = row.as(there); err != nil {
			return nil, err
		}
		people[i].Email = r.Address
		people[i].Sender, people[i].SenderAddress = sender.name, sender.address()
	}
	return people, nil
}

// as is the person's data, or why they get nothing any more.
func (p person) as(there bool) (out broadcast.Person, err error) {
	switch {
	case !there:
		return broadcast.Person{Excluded: broadcast.Skipped, Why: "The contact was removed before its turn came."}, nil
	case p.OptedOut && !p.Paused:
		return broadcast.Person{Excluded: broadcast.OptedOut, Why: "They unsubscribed before their turn came."}, nil
	case p.Suppressed && !p.OptedOut:
		return broadcast.Person{Excluded: broadcast.Suppressed, Why: "The address came on the suppression list before its turn came."}, nil
	case p.OffTopic:
		return broadcast.Person{Excluded: broadcast.OptedOut, Why: "They opted out of this topic before their turn came."}, nil
	case p.Paused:
		return broadcast.Person{Excluded: broadcast.OptedOut, Why: "They asked for no mail for a while before their turn came."}, nil
	}
	out.Person = content.Person{Name: p.Name, Company: p.Company, Language: p.Language}
	if err := json.Unmarshal([]byte(p.Attributes), &out.Fields); err != nil {
		return out, fmt.Errorf("campaign: what is known of a contact cannot be read: %w", err)
	}
	return out, nil
}
