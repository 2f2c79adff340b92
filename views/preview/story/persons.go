package story

import (
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// persons is the pages of people who ask about their data, and of changing an address.
func persons() []Story {
	return append(append(asking(), answering()...), movingAddress()...)
}

const person = "anna.voss@gmail.com"

func someHeld() pages.Held {
	return pages.Held{
		Facts: [][2]string{{"Name", "Anna Voss"}, {"Kind", "individual"}, {"Company", "Voss GmbH & Co. Kommanditgesellschaft auf Aktien"}, {"Language", "de"}, {"Added", "2026-03-02"}, {"customer_no", "20931"}},
		Lists: []string{"Autumn letter", words(1)}, Topics: []pages.TopicState{{Name: "Offers", Choice: "out"}, {Name: "Recipes", Choice: "in"}},
		Consents: []pages.ConsentRow{{Kind: "withdrawn", Source: "preferences", Subject: "Offers", At: ago(time.Hour)}, {Kind: "given", Source: "import", Wording: "They ticked “Yes, send me the letter” at our shop's checkout between January and October 2026.", At: ago(30 * 24 * time.Hour)}},
		Stopped:  []pages.SuppressionRow{{Stream: "broadcast", Reason: "They unsubscribed on 3 November."}},
		Mail:     []pages.HeldMail{{Subject: "Your order 20930 is on its way", State: "delivered", At: ago(time.Hour)}, {Subject: words(2), State: "bounced", At: ago(50 * time.Hour)}}, Count: 431,
	}
}

func asking() []Story {
	show := func(name string, change func(*pages.PersonShow)) Story {
		return outside("person_show"+name, "Your request", func(p layout.Page) view {
			v := pages.PersonShow{Page: p, Token: "x", Address: person, ExpiresAt: ago(-90 * 24 * time.Hour)}
			change(&v)
			return v
		})
	}
	answer := func(name string, row pages.PersonAnswerRow, held *pages.Held) Story {
		return outside("person_answer"+name, "Your data", func(p layout.Page) view {
			row.Sender, row.At = "Hofladen Brandt", ago(time.Hour)
			return pages.PersonAnswer{Page: p, Token: "x", PersonAnswerRow: row, Until: ago(-7 * 24 * time.Hour), Held: held}
		})
	}
	held := someHeld()
	return []Story{
		outside("person_ask", "What is held about you", func(p layout.Page) view { return pages.PersonAsk{Page: p} }),
		refused(outside("person_ask-refused", "What is held about you", func(p layout.Page) view {
			return pages.PersonAsk{Page: p, Email: "anna", Errors: pages.Errors{"email": "Enter your full e-mail address, like name@example.com."}}
		})),
		outside("person_ask-sent", "What is held about you", func(p layout.Page) view {
			return pages.PersonAsk{Page: p, Email: longMail, Sent: true, Capture: true}
		}),
		show("", func(*pages.PersonShow) {}),
		refused(show("-refused", func(v *pages.PersonShow) {
			v.Errors = pages.Errors{"tell": "Choose what you want: to be told, to be erased, or both."}
		})),
		show("-passed_on", func(v *pages.PersonShow) {
			v.Tell, v.Erase, v.AskedAt, v.DueAt = true, true, ago(time.Hour), ago(-30*24*time.Hour)
		}),
		show("-answered", func(v *pages.PersonShow) {
			v.Erase, v.AskedAt, v.DueAt = true, ago(72*time.Hour), ago(-27*24*time.Hour)
			v.Answers = []pages.PersonAnswerRow{
				{Sender: "Hofladen Brandt", State: "erased", At: ago(time.Hour)}, {Sender: words(1), State: "declined", Reason: "We have to keep your invoices for ten years.\nThe newsletter has ended.", At: ago(2 * time.Hour)}, {Sender: "Buchladen Nord", State: "sent", At: ago(3 * time.Hour)},
			}
		}),
		show("-too_late", func(v *pages.PersonShow) { v.Gone = true }),
		answer("", pages.PersonAnswerRow{State: "sent"}, &held),
		answer("-declined", pages.PersonAnswerRow{State: "declined", Reason: "We have to keep your invoices for ten years."}, nil),
		answer("-erased", pages.PersonAnswerRow{State: "erased"}, nil),
		outside("person_answer-too_late", "Your data", func(p layout.Page) view { return pages.PersonAnswer{Page: p, Gone: true} }),
	}
}

func answering() []Story {
	open := pages.PersonRow{ID: sampleID, Address: person, Wish: "tell", State: "open", AskedAt: ago(26 * time.Hour), DueAt: ago(-29 * 24 * time.Hour)}
	request := func(name string, change func(*pages.PersonRequest)) Story {
		return inside("person_request"+name, person, layout.NavSettings, func(p layout.Page) view {
			v := pages.PersonRequest{Page: p, PersonRow: open, Held: someHeld()}
			change(&v)
			return v
		})
	}
	return []Story{
		inside("person_list", "Requests of people", layout.NavSettings, func(p layout.Page) view {
			erase, long, done := open, open, open
			erase.Wish, long.Address = "erase", longMail
			done.State, done.Address, done.AnsweredAt = "erased", "a…@gmail.com", ago(50*24*time.Hour)
			return pages.PersonList{Page: p, Rows: []pages.PersonRow{open, erase, long, done}, Older: "?after=x"}
		}),
		inside("person_list-empty", "Requests of people", layout.NavSettings, func(p layout.Page) view { return pages.PersonList{Page: p} }),
		request("", func(*pages.PersonRequest) {}),
		refused(request("-refused", func(v *pages.PersonRequest) {
			v.Wish, v.Late, v.DueAt, v.Reason = "erase", true, ago(24*time.Hour), "No."
			v.Errors = pages.Errors{"reason": "Give the person a reason, in a sentence: they may complain about it to an authority."}
		})),
		request("-nothing", func(v *pages.PersonRequest) { v.Held = pages.Held{None: true} }),
		request("-answered", func(v *pages.PersonRequest) {
			v.State, v.AnsweredAt, v.Reason, v.Held = "declined", ago(time.Hour), "We have to keep your invoices for ten years.", pages.Held{}
		}),
	}
}

func movingAddress() []Story {
	side := func(name string, change func(*pages.EmailChangeShow)) Story {
		return outside("email_change_show"+name, "Change of address", func(p layout.Page) view {
			v := pages.EmailChangeShow{Page: p, Token: "x", Old: "inhaber@hofladen-brandt.de", New: longMail, ExpiresAt: ago(-72 * time.Hour)}
			change(&v)
			return v
		})
	}
	own := func(name string, change func(*pages.EmailChangeOwn)) Story {
		return inside("email_change_own"+name, "Your e-mail address", layout.NavSettings, func(p layout.Page) view {
			v := pages.EmailChangeOwn{Page: p, Email: "inhaber@hofladen-brandt.de", BackURL: "/a"}
			change(&v)
			return v
		})
	}
	return []Story{
		own("", func(*pages.EmailChangeOwn) {}),
		own("-pending", func(v *pages.EmailChangeOwn) {
			v.Pending, v.New, v.OldAt, v.ExpiresAt, v.Capture = true, longMail, ago(time.Minute), ago(-72*time.Hour), true
		}),
		refused(own("-refused", func(v *pages.EmailChangeOwn) {
			v.Typed, v.Errors = "anna", pages.Errors{"new_email": "Enter a full e-mail address, like name@example.com."}
		})),
		side("", func(*pages.EmailChangeShow) {}),
		side("-old", func(v *pages.EmailChangeShow) { v.OldSide = true }),
		side("-half", func(v *pages.EmailChangeShow) { v.Mine = true }),
		side("-done", func(v *pages.EmailChangeShow) { v.Done = true }),
		side("-cancelled", func(v *pages.EmailChangeShow) { v.Stopped = true }),
		side("-too_late", func(v *pages.EmailChangeShow) { v.Gone = true }),
	}
}
