package terms

import (
	"context"
	"strings"
	"time"

	"smtpserver/app/account"
)

// Standing is where an account stands with one document.
type Standing struct {
	Document  Document
	Current   *Version // in force, with its text
	Accepted  *Record  // of Current
	Announced *Version // waits for its date, with its text
	Notice    *Notice  // of Announced
	Agreed    *Record  // explicit acceptance of Announced
	Objected  *Record  // to Announced, or what bars the account from Current
	Barred    bool     // objected, and the date has come
	Withdrawn *Version // lately, after the account was told of it; without its text
	WithIt    *Record  // an objection that fell away with it
}

// StandingOf tells where the account stands, document by document; documents without
// any version are left out.
func (a *Archive) StandingOf(ctx context.Context, scope account.Scope) ([]Standing, error) {
	history, err := a.Records(ctx, scope)
	if err != nil {
		return nil, err
	}
	notices, err := a.Notices(ctx, scope)
	if err != nil {
		return nil, err
	}
	all, err := a.AllVersions(ctx)
	if err != nil {
		return nil, err
	}
	now := a.store.Now()
	var out []Standing
	for _, document := range Documents {
		s := Standing{Document: document}
		if v, ok := inForce(Of(all, document), now); ok {
			if s.Current, err = a.text(ctx, v); err != nil {
				return nil, err
			}
			s.Accepted = Find(history, Accepted, document, v.Number)
			if n := Barring(history, all, v); n != 0 {
				s.Barred, s.Objected = true, Find(history, Objected, document, n)
			}
		}
		if v, ok := announced(Of(all, document), now); ok {
			if s.Announced, err = a.text(ctx, v); err != nil {
				return nil, err
			}
			s.Agreed = Find(history, Accepted, document, v.Number)
			if s.Agreed == nil && !s.Barred {
				s.Objected = Find(history, Objected, document, v.Number)
			}
			for i := range notices {
				if notices[i].Document == document && notices[i].Number == v.Number {
					s.Notice = &notices[i]
				}
			}
		}
		if s.Withdrawn = withdrawnLately(Of(all, document), notices, now); s.Withdrawn != nil {
			s.WithIt = Find(history, Objected, document, s.Withdrawn.Number)
		}
		if s.Current != nil || s.Announced != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// withdrawnLately returns the newest version that the account was told of and that was
// taken back within a notice's time: whom no mail reached learns of it from the pages.
func withdrawnLately(all []Version, notices []Notice, now time.Time) *Version {
	for i, v := range all {
		if v.WithdrawnAt == nil || DateOf(now) > DateOf(*v.WithdrawnAt).Plus(NoticeDays) {
			continue
		}
		for _, n := range notices {
			if n.Document == v.Document && n.Number == v.Number {
				return &all[i]
			}
		}
	}
	return nil
}

func (a *Archive) text(ctx context.Context, v Version) (*Version, error) {
	whole, err := a.Get(ctx, v.Document, v.Number)
	return &whole, err
}

// Barring returns the number of the version whose objection keeps the account out while
// v is in force, 0 when none does: an objection that took effect, and no acceptance of
// that version or a newer one since. With a version its objections are withdrawn, too.
func Barring(history []Record, all []Version, v Version) int {
	void := map[int]bool{}
	for _, other := range Of(all, v.Document) {
		void[other.Number] = other.WithdrawnAt != nil
	}
	barred := 0
	for _, r := range history {
		switch {
		case r.Document != v.Document || r.Number > v.Number || void[r.Number]:
		case r.Act == Objected:
			barred = r.Number
		case r.Number >= barred:
			barred = 0
		}
	}
	return barred
}

// Find returns the record of an act on a version, nil when there is none.
func Find(history []Record, act Act, document Document, number int) *Record {
	for i, r := range history {
		if r.Act == act && r.Document == document && r.Number == number {
			return &history[i]
		}
	}
	return nil
}

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }
