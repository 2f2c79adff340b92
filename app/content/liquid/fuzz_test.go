package liquid

import (
	"errors"
	"testing"
	"time"
)

// Z-07: whatever is typed is refused or rendered, in time and within bounds, for any data.
func FuzzParseAndRender(f *testing.F) {
	for _, in := range attacks {
		if len(in) < 400 { // long ones keep the fuzzer busy with making them shorter
			f.Add(in, "x", uint8(2))
		}
	}
	for _, in := range []string{
		`<a href="{{ fields.a }}">{{ name | truncate: 3 }}</a>`, `{% case name %}{% when 1, "a" %}{% else %}{% endcase %}`, `{% for x in name | split: "" limit: 3 %}{{ x | date: "%Y" }}{% cycle 1, 2 %}{% else %}{% endfor %}`,
		`<!--[if mso]>{{ name }}<![endif]--><style>{{ name }}</style>`, `{%- raw -%}{{ x }}{%- endraw -%}`, `{% capture x %}&lt;{{ name }}{% endcapture %}{{ x[0] }}`,
	} {
		f.Add(in, `" onload="x`, uint8(2))
	}
	f.Fuzz(func(t *testing.T, in, value string, mode uint8) {
		tpl, err := Parse(in, Mode(mode%3), func(string) bool { return true })
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Text == "" || e.Line < 0 {
				t.Fatalf("no error for people: %#v", err)
			}
			return
		}
		start := time.Now()
		out, err := tpl.Render(func(string) string { return value }, 1<<16)
		if took := time.Since(start); took > time.Second { // generous: the fuzzer fills the machine
			t.Fatalf("took %v", took)
		}
		if err != nil && !errors.Is(err, ErrFuel) && !errors.Is(err, ErrOutput) {
			t.Fatal(err)
		}
		if len(out) > 1<<16 {
			t.Fatalf("%d octets", len(out))
		}
		tpl.Fields()
	})
}
