package template

import (
	"embed"

	"smtpserver/app/content"
)

// Starter is a template of ours to begin with.
type Starter struct {
	Key, Name, About string
	Source           content.Source
}

//go:embed starters
var starterFiles embed.FS

var starters = []struct {
	key, name, about, file string
	kind                   content.Kind
	subject, preheader     string
}{
	{"letter", "Letter", "Words only, in a clean layout. Written in Markdown.", "letter.md", content.Markdown, "A word from {{ sender }}", "Why we write today, in one sentence"},
	{"news", "News", "A lead, two columns, a button. Drawn in the visual editor.", "news.mjml", content.MJML, "What is new this month", "Three things that happened, and one that is coming"},
	{"invitation", "Invitation", "One event, when and where, one button. Drawn in the visual editor.", "invitation.mjml", content.MJML, "{{ first_name | default: 'You' }}, you are invited", "Friday, 19:00"},
	{"simple", "Plain HTML", "A short page of HTML of your own.", "simple.html", content.HTML, "A word from {{ sender }}", ""},
}

// Starters returns what a new template can begin with.
func Starters() []Starter {
	var all []Starter
	for _, s := range starters {
		body, err := starterFiles.ReadFile("starters/" + s.file)
		if err != nil {
			panic("template: " + err.Error()) // cannot happen: the files are in the program
		}
		all = append(all, Starter{s.key, s.name, s.about, content.Source{Kind: s.kind, Subject: s.subject, Preheader: s.preheader, Body: string(body)}})
	}
	return all
}

// StarterOf returns one of them.
func StarterOf(key string) (Starter, bool) {
	for _, s := range Starters() {
		if s.Key == key {
			return s, true
		}
	}
	return Starter{}, false
}
