package pages

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"text/template"

	"smtpserver/views/components"
)

// secretPlaceholder stands in snippets for a secret that is no longer known.
const secretPlaceholder = "YOUR-SECRET"

// port is the one to use: STARTTLS where it is offered, as most programs expect.
func (c Connection) port() int {
	if c.STARTTLSPort != 0 {
		return c.STARTTLSPort
	}
	return c.TLSPort
}

// implicit reports whether TLS begins with the connection on that port (RFC 8314 §3.3).
func (c Connection) implicit() bool { return c.STARTTLSPort == 0 }

func (c Connection) encryption() string {
	if c.implicit() {
		return "SSL/TLS"
	}
	return "STARTTLS"
}

// filling is what the snippets are written with. Its methods quote for each language.
type filling struct {
	Connection
	Secret string
}

func (f filling) Port() int      { return f.port() }
func (f filling) Implicit() bool { return f.implicit() }
func (f filling) Server() string { return f.Host + ":" + strconv.Itoa(f.port()) }

var quoting = template.FuncMap{
	"sh": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
	"php": func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
	},
	"str": literal,
}

// literal is a string of JavaScript, Python and Go: what JSON writes is one in each.
func literal(s string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// recipe is the text of one snippet.
type recipe struct {
	label, intro string
	text         *template.Template
}

func newRecipe(label, intro, text string) recipe {
	return recipe{label, intro, template.Must(template.New(label).Funcs(quoting).Parse(strings.TrimPrefix(text, "\n")))}
}

// snippets are ready to paste: with the real server, port and user name.
func (c Connection) snippets(secret string) []components.Snippet {
	list := make([]components.Snippet, len(recipes))
	for i, r := range recipes {
		var b strings.Builder
		if err := r.text.Execute(&b, filling{c, secret}); err != nil {
			panic("pages: snippet " + r.label + ": " + err.Error()) // cannot happen: the tests fill each one
		}
		list[i] = components.Snippet{Label: r.label, Intro: r.intro, Code: strings.TrimSuffix(b.String(), "\n")}
	}
	return list
}
