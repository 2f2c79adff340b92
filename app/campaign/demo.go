package campaign

import (
	"context"
	"fmt"
	"math/rand/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/id"
)

const demoLetter = `# Good morning {{ first_name | default: "friend" }}

the apples are in: **Boskoop, Topaz and the old Goldparmäne**, from tree to shop in a day.

**[See what is in](https://hofladen.example/apples)**

And a [recipe for the first cold evening](https://hofladen.example/recipes/apple-soup).

Yours, Maria
`

// Demo sends a campaign to a list of made-up people, as far as it goes without a worker:
// its audience is frozen and handed over. For an account that is to look lived in.
func (s *Service) Demo(ctx context.Context, scope account.Scope, people int, r *rand.Rand) (campaignID id.ID, err error) {
	topic, err := s.contacts.AddTopic(ctx, scope, "The letter", "Once a month, what is in.")
	if err != nil {
		return "", err
	}
	list, err := s.contacts.AddList(ctx, scope, "Letter from the farm", "Who ticked the box at the till.", topic.ID)
	if err != nil {
		return "", err
	}
	names := []string{"Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hannah", "Ida", "Jonas", ""}
	for i := range people {
		name := names[r.IntN(len(names))]
		draft := contact.Draft{Email: fmt.Sprintf("reader%d@%s", i, []string{"mail.example", "post.example", "inbox.example", "freemail.example"}[r.IntN(4)]), Name: name, Language: "de"}
		c, err := s.contacts.Add(ctx, scope, draft, "They ticked the box for the letter at our till.", []id.ID{list.ID})
		if err != nil {
			return "", err
		}
		if r.IntN(40) == 0 {
			if err := s.contacts.Choose(ctx, scope, topic.ID, c.Address, contact.ChoseOut, contact.ByHand); err != nil {
				return "", err
			}
		}
	}
	c, err := s.Create(ctx, scope, "Autumn letter: apples are in")
	if err != nil {
		return "", err
	}
	b := c.Brief()
	b.TopicID, b.TrackOpens, b.TrackClicks = topic.ID, true, true
	b.Content = []broadcast.Variant{{Name: "A", Source: content.Source{Kind: content.Markdown, Subject: "Apples are in", Preheader: "And a recipe for the first cold evening", Body: demoLetter}}}
	if b.Audience, err = (Audience{Include: []Set{{OfList, list.ID}}}).JSON(); err != nil {
		return "", err
	}
	if err := s.Campaigns.Change(ctx, scope, c.ID, c.Revision, b); err != nil {
		return "", err
	}
	if err := s.Campaigns.Start(ctx, scope, c.ID); err != nil {
		return "", err
	}
	return c.ID, s.Campaigns.Sweep(ctx)
}
