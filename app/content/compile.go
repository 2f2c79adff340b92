package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"smtpserver/app/content/inline"
	"smtpserver/app/content/liquid"
	"smtpserver/app/content/mjml"
	"smtpserver/app/content/plain"
	"smtpserver/app/fault"
)

// The names by which errors tell what they are about.
const (
	PartKind      = "kind"
	PartSubject   = "subject"
	PartPreheader = "preheader"
	PartBody      = "body"
	PartText      = "text"
)

// engines is how many MJML documents are compiled at a time.
const engines = 2

// Compiler compiles sources. It may be used by many at once.
type Compiler struct{ mjml *mjml.Engine }

// NewCompiler returns a compiler. Its MJML engine is loaded when first needed.
func NewCompiler() *Compiler { return &Compiler{mjml: mjml.New(engines)} }

// Compiled is a source that is ready to be rendered, by many at once.
type Compiled struct {
	subject, html, text *liquid.Template
	warnings            []string
}

// Compile judges a source: fault.Invalid names the part (subject, preheader, body,
// text) and says what is wrong, with its line.
func (c *Compiler) Compile(ctx context.Context, s Source) (*Compiled, error) {
	out := &Compiled{}
	problems := map[string]string{}
	s.Body = strings.ReplaceAll(s.Body, "\r\n", "\n")
	if out.subject = parse(problems, PartSubject, s.Subject, liquid.Line); strings.TrimSpace(s.Subject) == "" {
		problems[PartSubject] = "A mail needs a subject."
	}
	tooLong(problems, PartSubject, s.Subject, MaxSubject)
	parse(problems, PartPreheader, s.Preheader, liquid.Line)
	tooLong(problems, PartPreheader, s.Preheader, MaxPreheader)
	if strings.TrimSpace(s.Text) != "" {
		out.text = parse(problems, PartText, s.Text, liquid.Plain)
	}
	tooLong(problems, PartText, s.Text, MaxText)
	tooLong(problems, PartBody, s.Body, MaxBody)
	switch {
	case !slices.Contains(Kinds(), s.Kind):
		problems[PartKind] = "Choose how the content is written."
	case strings.TrimSpace(s.Body) == "":
		problems[PartBody] = "Write something."
	case problems[PartBody] == "":
		if err := c.body(ctx, out, s, problems); err != nil {
			if !fault.Is(err, fault.Invalid) {
				return nil, err
			}
			problems[PartBody] = fault.SafeText(err)
		}
	}
	if len(problems) == 0 {
		out.try(problems)
	}
	return out, refusal(problems)
}

func refusal(problems map[string]string) error {
	if len(problems) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Safe: "The content cannot be sent as it is. See what is marked.", Fields: problems}
}

func tooLong(problems map[string]string, part, s string, most int) {
	switch {
	case len(s) <= most:
	case most < 1000 && utf8.RuneCountInString(s) <= most:
	case most < 1000:
		problems[part] = fmt.Sprintf("At most %d characters, please.", most)
	default:
		problems[part] = fmt.Sprintf("This is longer than %d kB.", most>>10)
	}
}

// parse reads one part.
func parse(problems map[string]string, part, source string, mode liquid.Mode) *liquid.Template {
	t, err := liquid.Parse(source, mode, known)
	if err != nil {
		problems[part] = sentence(err, mode != liquid.Line)
	}
	return t
}

// sentence is what an error of a template says, with its line where there are lines.
func sentence(err error, lines bool) string {
	var e *liquid.Error
	if !errors.As(err, &e) {
		return "This cannot be read."
	}
	if lines && e.Line > 0 {
		return fmt.Sprintf("Line %d: %s", e.Line, e.Text)
	}
	return e.Text
}

// body makes the HTML part, and the text part unless that was written.
func (c *Compiler) body(ctx context.Context, out *Compiled, s Source, problems map[string]string) error {
	// What was typed is judged first: its lines are those that the person sees.
	mode := liquid.Plain
	if s.Kind == HTML {
		mode = liquid.Markup
	}
	if parse(problems, PartBody, s.Body, mode); problems[PartBody] != "" {
		return nil
	}
	source, err := c.html(ctx, out, s)
	if err != nil {
		return err
	}
	if out.html, err = liquid.Parse(source, liquid.Markup, known); err != nil {
		problems[PartBody] = sentence(err, false)
		return nil
	}
	if out.text != nil || problems[PartText] != "" {
		return nil
	}
	text, err := textOf(source)
	if err != nil {
		return err
	}
	if out.text, err = liquid.Parse(text, liquid.Plain, known); err != nil {
		problems[PartBody] = "No text part can be made of this: " + sentence(err, false) + " Write it yourself."
	}
	return nil
}

// html is the HTML part with its fields and tags.
func (c *Compiler) html(ctx context.Context, out *Compiled, s Source) (string, error) {
	shield, body, err := liquid.NewShield(s.Body)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, sentence(err, true), err)
	}
	switch s.Kind {
	case MJML:
		var said []mjml.Problem
		if body, said, err = c.mjml.HTML(ctx, accountOf(ctx), withRaw(body, shield.Words())); err == nil {
			out.warnings, err = judged(said, shield)
		}
	case Markdown:
		body, err = markdown(body, shield.Words())
	case HTML:
		if body, err = inline.CSS(body); errors.Is(err, inline.ErrTooMuch) {
			err = fault.Wrap(fault.Invalid, "This has more elements and style rules than can be put together. Take style rules out that are not used.", err)
		}
	}
	if err != nil {
		return "", err
	}
	body = shield.Restore(body)
	if s.Kind == Markdown {
		body = layout(body)
	}
	return framed(body, s), nil
}

// judged tells what the engine says. What it left out is a mistake; the rest are warnings.
func judged(said []mjml.Problem, shield *liquid.Shield) (warnings []string, err error) {
	for _, p := range said {
		text := shield.Restore(p.Text)
		if p.Line > 0 {
			text = fmt.Sprintf("Line %d: %s", p.Line, text)
		}
		if strings.Contains(p.Text, "doesn't exist") || strings.Contains(p.Text, "not registered") {
			return nil, fault.New(fault.Invalid, text)
		}
		warnings = append(warnings, text)
	}
	return warnings, nil
}

// textOf makes the text part. A field within an address stays an address.
func textOf(source string) (string, error) {
	shield, shielded, err := liquid.NewShield(source)
	if err != nil {
		return "", fmt.Errorf("content: %w", err)
	}
	text, err := plain.Text(shielded, plain.Options{Keep: shield.Words(), Address: func(target string) string {
		first := shield.Words().FindStringIndex(target)
		if first == nil || first[0] == 0 {
			return target
		}
		return shield.RestoreWith(target, []string{"url_encode"})
	}})
	return shield.Restore(text), err
}

// try renders two people: one like most, one with very long values.
func (c *Compiled) try(problems map[string]string) {
	long := Sample()
	long.Fields = map[string]string{}
	for _, name := range c.Fields() {
		if key, ok := strings.CutPrefix(name, fieldPrefix); ok {
			long.Fields[key] = strings.Repeat("many words, and more ", 100)
		}
	}
	for _, p := range []Person{Sample(), long} {
		for part, t := range map[string]*liquid.Template{PartSubject: c.subject, PartBody: c.html, PartText: c.text} {
			if _, err := t.Render(p.data(), MaxOutput); err != nil {
				problems[part] = whyNot(err)
			}
		}
	}
}

func whyNot(err error) string {
	if errors.Is(err, liquid.ErrOutput) {
		return "Filled in, this is longer than 1 MB."
	}
	return "This does too much: take loops out, or make them shorter."
}

// Fields is the merge fields that the source names: "name", "fields.city". Sorted.
func (c *Compiled) Fields() []string {
	return c.names((*liquid.Template).Fields)
}

// Missing is the fields that are shown, without an alternative, and that the person
// has no value for.
func (c *Compiled) Missing(p Person) []string {
	data := p.data()
	return slices.DeleteFunc(c.names((*liquid.Template).Needs), func(name string) bool { return data(name) != "" })
}

func (c *Compiled) names(of func(*liquid.Template) []string) []string {
	names := slices.Concat(of(c.subject), of(c.html), of(c.text))
	slices.Sort(names)
	return slices.Compact(names)
}

// Links is the targets of the HTML part, as they stand in it.
func (c *Compiled) Links() []string { return c.html.Links() }

// Warnings is what the MJML engine did not understand and went on without.
func (c *Compiled) Warnings() []string { return c.warnings }

// HTML is the HTML part with its fields not yet filled in.
func (c *Compiled) HTML() string { return c.html.Source() }

// Text is the text part with its fields not yet filled in.
func (c *Compiled) Text() string { return c.text.Source() }
