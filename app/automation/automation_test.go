package automation_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/automation"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Who joins by hand gets the sequence, day by day, each step once; who was there before,
// and who an import brings, get nothing.
func TestWelcomeAndSequence(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.person("before@x.example", w.list.ID)
		w.clock.Advance(time.Hour)
		a := w.automation(automation.Draft{Recipe: automation.Welcome}, 0, 2, 3)
		w.person("a@x.example", w.list.ID)
		other := w.person("other@x.example")
		imported := w.person("imported@x.example")
		w.must(w.contacts.JoinAll(w.Context(), w.account.ID, w.list.ID, id.New(), []id.ID{imported.ID}))
		w.sweep()
		w.want("a@x.example 1")
		w.days(1)
		w.want("a@x.example 1")
		w.must(w.contacts.Join(w.Context(), w.account.Scope, w.list.ID, other.ID))
		w.days(1)
		w.want("a@x.example 1", "a@x.example 2", "other@x.example 1")
		w.days(8)
		w.want("a@x.example 1", "a@x.example 2", "a@x.example 3", "other@x.example 1", "other@x.example 2", "other@x.example 3")
		// Again on the list, as another contact even: they have had it.
		w.must(w.contacts.Remove(w.Context(), w.account.Scope, other.ID))
		w.person("other@x.example", w.list.ID)
		w.days(1)
		w.want("a@x.example 1", "a@x.example 2", "a@x.example 3", "other@x.example 1", "other@x.example 2", "other@x.example 3")
		f, err := w.service.FiguresOf(w.Context(), w.account.Scope, a.ID)
		w.must(err)
		if f.Finished != 2 || f.Waiting != 0 || f.Stopped != 0 || f.Steps[a.Steps[2].ID].Audience != 2 {
			w.Errorf("figures %+v", f)
		}
	})
}

// It stops for whoever leaves, whichever way.
func TestItStopsWhenTheyLeave(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		topic, err := w.contacts.AddTopic(w.Context(), w.account.Scope, "Offers", "")
		w.must(err)
		w.automation(automation.Draft{Recipe: automation.Welcome, TopicID: topic.ID}, 0, 1)
		people := map[string]contact.Contact{}
		for _, name := range []string{"list", "all", "topic", "removed", "moved", "bounced", "stays"} {
			people[name] = w.person(name+"@x.example", w.list.ID)
		}
		w.sweep()
		w.must(w.contacts.Leave(w.Context(), w.account.Scope, w.list.ID, people["list"].ID))
		w.must(w.contacts.Remove(w.Context(), w.account.Scope, people["removed"].ID))
		w.exec("UPDATE contacts SET address = 'new@x.example' WHERE contact_id = ?", people["moved"].ID)
		suppress := "INSERT INTO suppressions (account_id, stream, address, reason, created_at, opted_out) VALUES (?, 'broadcast', ?, 'x', ?, ?)"
		w.exec(suppress, w.account.ID, "all@x.example", w.clock.Now(), true)
		w.exec(suppress, w.account.ID, "bounced@x.example", w.clock.Now(), false)
		w.exec("INSERT INTO topic_suppressions (account_id, topic_id, address, created_at) VALUES (?, ?, 'topic@x.example', ?)", w.account.ID, topic.ID, w.clock.Now())
		w.days(2)
		w.want("all@x.example 1", "bounced@x.example 1", "list@x.example 1", "moved@x.example 1", "removed@x.example 1", "stays@x.example 1", "stays@x.example 2", "topic@x.example 1")
		want := "all@x.example stopped They unsubscribed.; bounced@x.example stopped Their address is on the suppression list.; list@x.example stopped They left the list.; " +
			"moved@x.example stopped The contact has another address now.; removed@x.example stopped The contact was removed.; stays@x.example finished; topic@x.example stopped They left the topic."
		if got := w.states(); got != want {
			w.Errorf("states\n%s\nwant\n%s", got, want)
		}
	})
}

// Off lets nobody in and nothing out; on again goes on, with a changed text for whom it is
// new, and nobody gets a step twice.
func TestOffAndOnAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, scope := w.Context(), w.account.Scope
		a := w.automation(automation.Draft{Recipe: automation.Welcome}, 0, 1)
		w.person("a@x.example", w.list.ID)
		w.sweep()
		if err := w.service.SetStep(ctx, scope, a.ID, a.Revision, a.Steps[1].ID, 1, source("2 new")); !fault.Is(err, fault.Conflict) {
			w.Errorf("a step was changed while it is on: %v", err)
		}
		w.must(w.service.TurnOff(ctx, scope, a.ID))
		w.person("off@x.example", w.list.ID)
		w.days(2)
		w.want("a@x.example 1")
		w.must(w.service.SetStep(ctx, scope, a.ID, a.Revision, a.Steps[1].ID, 1, source("2 new")))
		if err := w.service.SetStep(ctx, scope, a.ID, a.Revision, a.Steps[1].ID, 1, source("lost")); !fault.Is(err, fault.Conflict) {
			w.Errorf("an older page overwrote a newer one: %v", err)
		}
		for range 2 {
			w.must(w.service.TurnOn(ctx, scope, a.ID))
		}
		w.sweep()
		w.person("b@x.example", w.list.ID)
		w.days(2)
		w.want("a@x.example 1", "a@x.example 2 new", "b@x.example 1", "b@x.example 2 new")
	})
}

// A text that cannot be sent, or that nobody can leave by, is refused when it is turned on.
func TestTurningOnJudgesEachStep(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, scope := w.Context(), w.account.Scope
		a, err := w.service.Create(ctx, scope, automation.Draft{Recipe: automation.Welcome, Name: "X", ListID: w.list.ID, DomainID: w.account.DomainID, FromLocal: "news"})
		w.must(err)
		if err := w.service.TurnOn(ctx, scope, a.ID); !fault.Is(err, fault.Invalid) {
			w.Errorf("without a step: %v", err)
		}
		for i, body := range []string{"<p>No way to leave.</p>", "<p>{{ name | nonsense }} {{ unsubscribe_url }}</p>"} {
			bad := source("x")
			bad.Kind, bad.Body = content.HTML, body
			step := id.ID("")
			if i > 0 {
				step = a.Steps[0].ID
			}
			w.must(w.service.SetStep(ctx, scope, a.ID, a.Revision, step, 0, bad))
			if err := w.service.TurnOn(ctx, scope, a.ID); !fault.Is(err, fault.Invalid) {
				w.Errorf("%q: %v", body, err)
			}
			a = w.fresh(a)
		}
		if got := w.texts("SELECT campaign_id FROM campaigns"); len(got) != 0 {
			w.Errorf("a refused start left %v", got)
		}
	})
}

// A birthday comes each year, once; who was born on 29 February has it on the 28th.
func TestBirthdays(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		at := time.Date(2027, 2, 27, 6, 0, 0, 0, time.UTC)
		w.clock.Advance(at.Sub(w.clock.Now()))
		born := func(address, day string) {
			_, err := w.contacts.Add(w.Context(), w.account.Scope, contact.Draft{Email: address, Attributes: map[string]string{w.field.Key: day}}, "They asked for it at the counter in May.", nil)
			w.must(err)
		}
		born("today@x.example", "1990-02-27")
		born("leap@x.example", "1992-02-29")
		born("march@x.example", "1980-03-01")
		born("unknown@x.example", "")
		w.automation(automation.Draft{Recipe: automation.Date, FieldID: w.field.ID, Yearly: true, Hour: 9}, 0)
		w.want()
		w.days(1)
		w.want("today@x.example 1")
		w.days(3)
		w.want("leap@x.example 1", "march@x.example 1", "today@x.example 1")
		w.clock.Advance(at.AddDate(1, 0, -1).Sub(w.clock.Now()))
		w.answerLate()
		w.days(2)
		w.want("leap@x.example 1", "march@x.example 1", "today@x.example 1", "today@x.example 1")
		w.days(3)
		w.want("leap@x.example 1", "leap@x.example 1", "march@x.example 1", "march@x.example 1", "today@x.example 1", "today@x.example 1")
	})
}

// answerLate is somebody who says yes to campaigns that ask whether they still are to go on
// after nobody was at work for a year.
func (w *world) answerLate() {
	w.Helper()
	w.must(w.sending.Sweep(w.Context()))
	for _, c := range w.texts("SELECT campaign_id FROM campaigns WHERE asks <> ''") {
		w.must(w.sending.Resume(w.Context(), w.account.Scope, id.ID(c)))
	}
	w.sweep()
}

// A date, days before it, once.
func TestDaysBeforeADate(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		at := time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC)
		w.clock.Advance(at.Sub(w.clock.Now()))
		_, err := w.contacts.Add(w.Context(), w.account.Scope, contact.Draft{Email: "a@x.example", Attributes: map[string]string{w.field.Key: "2027-05-10"}}, "They asked for it at the counter in May.", nil)
		w.must(err)
		w.automation(automation.Draft{Recipe: automation.Date, FieldID: w.field.ID, Shift: -7, Hour: 9}, 0)
		w.days(1)
		w.want()
		w.days(10)
		w.want("a@x.example 1")
	})
}

// Who got mail and gave no sign of life is written to; who shows up is not written to again.
func TestWinBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		delivered := func(address string) id.ID {
			messageID, now := id.New(), w.clock.Now()
			w.exec(`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients, smtputf8, eight_bit, dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at)
				VALUES (?, ?, 'broadcast', ?, '', '', 'x', ?, '', '{}', 1, 1, ?, ?, '', '', '', '', '', ?, ?)`, w.account.ID, messageID, w.account.DomainID, address, false, false, now, now)
			w.exec(`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class, last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at, final_at)
				VALUES (?, ?, ?, 'broadcast', ?, '', ?, ?, 'x.example', 'delivered', '', '', '', 1, 0, '', '', ?, '', 0, ?, ?, ?)`, w.account.ID, messageID, messageID, w.account.DomainID, address, address, now, now, now, now)
			return messageID
		}
		visited := func(messageID id.ID) {
			w.exec("INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at) VALUES (?, ?, 'open', 0, '', 1, 0, 0, ?, ?, ?)", w.account.ID, messageID, w.clock.Now(), w.clock.Now(), w.clock.Now())
		}
		for _, name := range []string{"silent", "active", "never-mailed"} {
			w.person(name + "@x.example")
		}
		w.clock.Advance(time.Hour)
		first := delivered("silent@x.example")
		active := delivered("active@x.example")
		w.automation(automation.Draft{Recipe: automation.WinBack, IdleDays: 30}, 0, 5)
		w.days(20)
		visited(active)
		w.want()
		w.days(12)
		w.want("silent@x.example 1")
		visited(first)
		w.days(20)
		w.want("active@x.example 1", "silent@x.example 1") // ten days later the other one is silent, too
		w.days(6)
		w.want("active@x.example 1", "active@x.example 2", "silent@x.example 1")
	})
}

// Four workers at once, killed in the middle: each person gets each step once.
func TestManyWorkersGiveEachStepOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const people = 400
		w.automation(automation.Draft{Recipe: automation.Welcome}, 0, 1)
		for i := range people {
			w.exec(`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
				VALUES (?, ?, ?, ?, '', '', 'individual', '', '', '', '', '{}', 1, '', ?, ?)`, w.account.ID, id.ID(fmt.Sprintf("c%025d", i)), fmt.Sprintf("p%d@x.example", i), "", w.clock.Now(), w.clock.Now())
			w.exec("INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) VALUES (?, ?, ?, '', ?)", w.account.ID, w.list.ID, id.ID(fmt.Sprintf("c%025d", i)), w.clock.Now())
		}
		for round := range 12 {
			ctx, kill := context.WithCancel(w.Context())
			if round%2 == 0 { // the process dies while it works
				go func() { time.Sleep(time.Duration(round) * 3 * time.Millisecond); kill() }()
			}
			atOnce(4, func(int) {
				service, sending := w.process()
				for _, err := range []error{service.Sweep(ctx), sending.Sweep(ctx)} {
					if err != nil && ctx.Err() == nil && !busy(err) {
						w.Error(err)
					}
				}
			})
			kill()
			w.clock.Advance(3 * time.Hour)
		}
		w.days(2)
		if got := w.got(); len(got) != 2*people {
			w.Errorf("%d mails handed over, want %d", len(got), 2*people)
		}
		if twice := w.texts("SELECT d.recipient FROM messages m JOIN deliveries d ON d.account_id = m.account_id AND d.message_id = m.message_id GROUP BY d.recipient, m.subject HAVING count(*) > 1"); len(twice) != 0 {
			w.Errorf("twice to %v", twice)
		}
		if got := w.texts("SELECT DISTINCT state FROM automation_people"); len(got) != 1 || got[0] != "finished" {
			w.Errorf("states %v", got)
		}
	})
}

// busy is a database that says that it has to be asked again.
func busy(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, gorm.ErrInvalidTransaction)
}

// Nobody sees or turns another account's automation.
func TestAutomationsAreTheirAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		a := w.automation(automation.Draft{Recipe: automation.Welcome}, 0)
		other := scopeOf(id.New())
		for name, err := range map[string]error{
			"get": second(w.service.Get(w.Context(), other, a.ID)), "on": w.service.TurnOn(w.Context(), other, a.ID), "off": w.service.TurnOff(w.Context(), other, a.ID),
			"remove": w.service.Remove(w.Context(), other, a.ID), "step": w.service.RemoveStep(w.Context(), other, a.ID, a.Revision, a.Steps[0].ID),
		} {
			if !fault.Is(err, fault.NotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.must(w.service.TurnOff(w.Context(), w.account.Scope, a.ID))
		w.must(w.service.Remove(w.Context(), w.account.Scope, a.ID))
		if got := w.texts("SELECT automation_id FROM automations UNION ALL SELECT step_id FROM automation_steps UNION ALL SELECT campaign_id FROM automation_campaigns"); len(got) != 0 {
			w.Errorf("left %v", got)
		}
	})
}

// Who has themselves erased is not remembered as somebody who went through.
func TestErasedPeopleAreForgotten(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.automation(automation.Draft{Recipe: automation.Welcome}, 0, 5)
		w.person("a@x.example", w.list.ID)
		w.person("b@x.example", w.list.ID)
		w.sweep()
		w.must(w.service.ErasePerson(w.Context(), scopeOf(id.New()), "a@x.example"))
		if got := w.states(); got != "a@x.example waiting; b@x.example waiting" {
			w.Errorf("another account erased: %s", got)
		}
		w.must(w.service.ErasePerson(w.Context(), w.account.Scope, "a@x.example"))
		if got := w.texts("SELECT address FROM automation_people UNION SELECT address FROM automation_mails"); len(got) != 1 || got[0] != "b@x.example" {
			w.Errorf("left %v", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }
