package leaving

import (
	"context"
	"slices"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Service does what people wish by the links of their mails. Safe for concurrent use.
type Service struct {
	*Links
	store    *store.Store
	audience Audience
}

// New returns a service.
func New(s *store.Store, links *Links, a Audience) *Service { return &Service{links, s, a} }

// Standing is what a person gets of an account's mail to many. It names no address: who
// holds the link knows it.
type Standing struct {
	Sender      string
	Topic       Topic // of the mail; zero when it has none
	Topics      []Topic
	Out         bool      // they get nothing at all, by their own wish
	PausedUntil time.Time // they get nothing until then; zero
	Held        bool      // they get nothing for another reason, which is the account's or ours
}

// errNoLink is the one answer to everything that is no link of ours.
var errNoLink = fault.New(fault.NotFound, "This link does not work any more.")

// Show returns where the person behind a link stands. It changes nothing.
func (s *Service) Show(ctx context.Context, token string) (Standing, error) {
	m, err := s.find(ctx, token)
	if err != nil {
		return Standing{}, err
	}
	st, err := s.standing(ctx, m)
	if err != nil {
		return st, err
	}
	st.Sender = m.Sender
	if st.Topics, err = s.audience.Topics(ctx, m.AccountID, m.Address); err != nil {
		return st, err
	}
	if i := slices.IndexFunc(st.Topics, func(t Topic) bool { return t.ID == m.TopicID }); i >= 0 {
		st.Topic = st.Topics[i]
	}
	return st, nil
}

// Pauses are how many months people may pause for.
var Pauses = []int{1, 3}

// Leave ends all of the account's mail to many for the person.
func (s *Service) Leave(ctx context.Context, token, ip string) error {
	return s.act(ctx, token, ip, s.leave)
}

// Pause ends it for some months.
func (s *Service) Pause(ctx context.Context, token string, months int, ip string) error {
	if !slices.Contains(Pauses, months) {
		return fault.New(fault.Invalid, "You can pause for one or three months.")
	}
	return s.act(ctx, token, ip, func(ctx context.Context, m mailed) error {
		return s.pause(ctx, m, s.store.Now().AddDate(0, months, 0))
	})
}

// LeaveTopic ends mail about the topic of the mail; all mail when it has none.
func (s *Service) LeaveTopic(ctx context.Context, token, ip string) error {
	return s.act(ctx, token, ip, func(ctx context.Context, m mailed) error {
		if m.TopicID.IsZero() {
			return s.leave(ctx, m)
		}
		return s.leaveTopic(ctx, m)
	})
}

// Return takes back what the person wished before.
func (s *Service) Return(ctx context.Context, token, ip string) error {
	return s.act(ctx, token, ip, s.comeBack)
}

// Choose records which topics the person wants of those that they were shown.
func (s *Service) Choose(ctx context.Context, token string, shown, wanted []id.ID, ip string) error {
	return s.act(ctx, token, ip, func(ctx context.Context, m mailed) error {
		return s.audience.Want(ctx, m.person(), shown, wanted)
	})
}
