package content_test

import (
	"testing"

	"smtpserver/app/content"
	"smtpserver/app/fault"
)

// Z-07, with what is around the template: whatever is typed and whoever it is for, a
// source is refused with a sentence, or what comes out of it is bounded.
func FuzzCompileAndRender(f *testing.F) {
	f.Add(uint8(1), "Hi {{ name }}", `<style>p{color:red}</style><p>{% if name %}{{ fields.v }}{% endif %}<a href="{{ fields.v }}">x</a>`, "v")
	f.Add(uint8(2), "Hi", "# {{ name | default: \"x\" }}\n\n{% for i in (1..3) %}\n- {{ i }}\n{% endfor %}\n\n**[b](https://x/?{{ fields.v }})**", "v")
	f.Fuzz(func(t *testing.T, kind uint8, subject, body, value string) {
		s := content.Source{Kind: content.Kinds()[1+kind%2], Subject: subject, Body: body}
		c, err := compiler.Compile(t.Context(), s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		p := content.Sample()
		p.Name, p.Fields["v"] = value, value
		if r, err := c.Render(p); err == nil && (len(r.HTML) > content.MaxOutput || len(r.Text) > content.MaxOutput) {
			t.Fatal("too long")
		}
	})
}
