package content

import (
	"context"

	"smtpserver/app/fault"
)

// Compiler compiles sources. It may be used by many at once.
type Compiler struct{}

// NewCompiler returns a compiler. Its MJML engine is loaded when first needed.
func NewCompiler() *Compiler { return &Compiler{} }

// Compiled is a source that is ready to be rendered, by many at once.
type Compiled struct{}

// Compile judges a source: fault.Invalid names the field (subject, preheader, body,
// text) and says what is wrong, with its line.
func (c *Compiler) Compile(ctx context.Context, s Source) (*Compiled, error) {
	return nil, fault.New(fault.Unavailable, "Contents cannot be compiled yet.")
}

// Render makes the mail of one person.
func (c *Compiled) Render(p Person) (Rendered, error) {
	return Rendered{}, fault.New(fault.Unavailable, "Contents cannot be rendered yet.")
}

// Fields is the merge fields that the source names: "name", "fields.city".
func (c *Compiled) Fields() []string { return nil }

// Missing is those of Fields that the person has no value for.
func (c *Compiled) Missing(p Person) []string { return nil }

// Links is the targets of the HTML part, as they stand in it.
func (c *Compiled) Links() []string { return nil }

// HTML is the HTML part with its fields not yet filled in.
func (c *Compiled) HTML() string { return "" }

// Text is the text part with its fields not yet filled in.
func (c *Compiled) Text() string { return "" }
