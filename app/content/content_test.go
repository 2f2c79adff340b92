package content_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/testkit/processor"
)

var compiler = content.NewCompiler()

func source(kind content.Kind, body string) content.Source {
	return content.Source{Kind: kind, Subject: "For {{ name }}", Preheader: "Hi {{ first_name }} <3", Body: body}
}

const newsletter = `<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello {{ first_name | default: "you" }}, {% if fields.city == "Bern" %}<b>from Bern</b>{% endif %}</mj-text>
<mj-button href="https://shop.example/?who={{ email }}">See it</mj-button>
</mj-column></mj-section>
{% if fields.vip == "yes" %}<mj-section><mj-column><mj-text>Only for you</mj-text></mj-column></mj-section>{% endif %}
<mj-section><mj-column><mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section>
</mj-body></mjml>`

func compile(t testing.TB, s content.Source) *content.Compiled {
	t.Helper()
	c, err := compiler.Compile(t.Context(), s)
	if err != nil {
		t.Fatalf("%v %v", err, fault.FieldsOf(err))
	}
	return c
}

func ada() content.Person {
	p := content.Sample()
	p.Name, p.Fields = "Ada <i>Lovelace", map[string]string{"city": "Bern", "vip": "yes"}
	return p
}

func render(t testing.TB, c *content.Compiled, p content.Person) content.Rendered {
	t.Helper()
	r, err := c.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func has(t *testing.T, in string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(in, w) {
			t.Errorf("there is no %q in\n%s", w, in)
		}
	}
}

func hasNot(t *testing.T, in string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(in, w) {
			t.Errorf("there is %q in\n%s", w, in)
		}
	}
}

func TestMJML(t *testing.T) {
	t.Parallel()
	c := compile(t, source(content.MJML, newsletter))
	r := render(t, c, ada())
	if r.Subject != "For Ada <i>Lovelace" {
		t.Errorf("subject %q", r.Subject)
	}
	has(t, r.HTML, "Hello Ada, <b>from Bern</b>", `href="https://shop.example/?who=ada%40example.com"`, "Only for you", "Hi Ada &lt;3", `href="https://example.com/u/sample"`)
	hasNot(t, r.HTML, "{{", "{%", "lqf", "lqt", "fonts.googleapis")
	has(t, r.Text, "Hello Ada, from Bern\n", "See it (https://shop.example/?who=ada%40example.com)", "Only for you", "Unsubscribe (https://example.com/u/sample)")
	hasNot(t, r.Text, "Hi Ada", "{")
	stranger := ada()
	stranger.Name, stranger.Fields = "", nil
	r = render(t, c, stranger)
	has(t, r.HTML, "Hello you,")
	hasNot(t, r.HTML+r.Text, "from Bern", "Only for you")
	if got := c.Fields(); !slices.Equal(got, []string{"email", "fields.city", "fields.vip", "first_name", "name", "unsubscribe_url"}) {
		t.Errorf("fields %v", got)
	}
	if got := c.Missing(stranger); !slices.Equal(got, []string{"first_name", "name"}) {
		t.Errorf("missing %v: what is shown without an alternative, in the preheader and the subject", got)
	}
	if got := c.Links(); !slices.Equal(got, []string{"https://shop.example/?who={{ email }}", "{{ unsubscribe_url }}"}) {
		t.Errorf("links %v", got)
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	c := compile(t, source(content.HTML, `<style>p { color: #333 } @media (max-width: 600px) { p { color: #000 !important } }</style>
<table>{% for x in fields.likes | split: "," %}<tr><td><p title='{{ x | strip }}'>{{ x | strip | upcase }}</p></td></tr>{% endfor %}</table>
<a href="{{ fields.site | default: "https://example.com/" }}">{{ fields.site }}</a>`))
	p := ada()
	p.Fields = map[string]string{"likes": "tea, \"cake\"", "site": "javascript:alert(1)"}
	r := render(t, c, p)
	has(t, r.HTML, "<!doctype html>", "<title>For Ada &lt;i&gt;Lovelace</title>", `<p title="TEA`[:10], `style="color: #333"`, "TEA</p>", "&#34;CAKE&#34;</p>", "@media (max-width: 600px)", `<a href="#">javascript:alert(1)</a>`)
	has(t, r.Text, "TEA\n\n\"CAKE\"\n")
	nobody := ada()
	has(t, render(t, c, nobody).HTML, `<a href="https://example.com/">`)
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	c := compile(t, source(content.Markdown, `# Hello {{ first_name | default: "you" }}

{% if fields.city == "Bern" %}

You live in **{{ fields.city }}**.

{% endif %}

- one
- two

| a | b |
|---|---|
| 1 | 2 |

**[Buy it](https://shop.example/?c={{ fields.city }})**

<script>alert(1)</script>

[bad](javascript:alert(1)) ![x](https://img.example/{{ fields.city }}.png)
`))
	r := render(t, c, ada())
	has(t, r.HTML, ">Hello Ada</h1>", "You live in <strong>Bern</strong>", "<li style=", "background-color: #0b6b5d", `href="https://shop.example/?c=Bern"`, "Your Company · 1 Example Street, London", `src="https://img.example/Bern.png"`, "prefers-color-scheme: dark")
	hasNot(t, r.HTML, "<script", "javascript:", "<p></p>", "omitted", "<!-- content -->", "lqt")
	has(t, r.Text, "Hello Ada\n\nYou live in Bern.\n\n- one\n- two\n", "1 2\n", "Buy it (https://shop.example/?c=Bern)", "Unsubscribe (https://example.com/u/sample)")
}

func TestWrittenText(t *testing.T) {
	t.Parallel()
	s := source(content.HTML, "<p>a</p>")
	s.Text = "Hello {{ name }} <3\r\n\n\n\nbye"
	if got := render(t, compile(t, s), ada()).Text; got != "Hello Ada <i>Lovelace <3\n\nbye\n" {
		t.Errorf("%q", got)
	}
}

// What cannot be sent is refused when it is saved, each part with its own sentence.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		s          content.Source
		part, want string
	}{
		{content.Source{Kind: content.HTML, Body: "x"}, "subject", "needs a subject"},
		{content.Source{Kind: content.HTML, Subject: strings.Repeat("ü", 251), Body: "x"}, "subject", "At most 250"},
		{content.Source{Kind: content.HTML, Subject: "{{ nme }}", Body: "x"}, "subject", "There is no field “nme”."},
		{content.Source{Kind: content.HTML, Subject: "s", Preheader: "{% if %}", Body: "x"}, "preheader", "missing"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: " \n"}, "body", "Write something"},
		{content.Source{Kind: "word", Subject: "s", Body: "x"}, "kind", "Choose"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: "a\n\n{{ nme }}"}, "body", "Line 3: There is no field"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: "a\n<a href={{ name }}>"}, "body", "Line 2: Put the value"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: strings.Repeat("x", content.MaxBody+1)}, "body", "longer than 512 kB"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: "x", Text: "a\n{{"}, "text", "Line 2: “{{” is never closed"},
		{content.Source{Kind: content.MJML, Subject: "s", Body: "<p>x</p>"}, "body", "Is this HTML?"},
		{content.Source{Kind: content.MJML, Subject: "s", Body: "<mjml>\n<mj-body><mj-nonsense>x</mj-nonsense></mj-body></mjml>"}, "body", "Line 2: Element mj-nonsense"},
		{content.Source{Kind: content.MJML, Subject: "s", Body: "<mjml><mj-body><mj-include path='x'/></mj-body></mjml>"}, "body", "mj-include"},
		{content.Source{Kind: content.MJML, Subject: "s", Body: "<mjml><mj-body><mj-section><mj-column><mj-text><script>x</script></mj-text></mj-column></mj-section></mj-body></mjml>"}, "body", "<script> has no place"},
		{content.Source{Kind: content.Markdown, Subject: "s", Body: "x\n{% include 'x' %}"}, "body", "Line 2: {% include %} is not allowed"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: "<p>{% for i in (1..100) %}{% for j in (1..100) %}{% for k in (1..100) %}x{% endfor %}{% endfor %}{% endfor %}"}, "body", "does too much"},
		{content.Source{Kind: content.HTML, Subject: "s", Body: "<p>{% for i in (1..100) %}" + strings.Repeat("x", 20_000) + "{% endfor %}"}, "body", "longer than 1 MB"},
	} {
		_, err := compiler.Compile(t.Context(), tc.s)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.FieldsOf(err)[tc.part], tc.want) {
			t.Errorf("%.60q: %v, want %s: %s", tc.s.Body, fault.FieldsOf(err), tc.part, tc.want)
		}
	}
}

// values are what people have been called, and called themselves.
var values = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, "java\tscript:alert(1)", ` javascript:alert(1)`, `JaVaScRiPt:alert(1)`, `data:text/html,<script>alert(1)</script>`,
	`vbscript:x`, `//evil.example/`, `</style><script>alert(1)</script>`, `--><script>alert(1)</script>`, `]]><script>`, `<![endif]--><script>alert(1)</script>`, `{{ email }}`, `{% include 'x' %}`, `expression(alert(1))`, `url(javascript:x)`,
	"a\r\nBcc: evil@example.com\r\n\r\nbody", "😀 Zoë", "\u202egnp.exe", strings.Repeat("n", 10_000), "\x00\x08\x1b[2J", "\xff\xfe", "&lt;script&gt;", "&#106;avascript:alert(1)", "%3Cscript%3E", "x\u2028y", "lqf1z", "`${alert(1)}`",
}

// T-03: whatever a value holds, the mail stays what its author wrote.
func TestT03ValuesStayValues(t *testing.T) {
	t.Parallel()
	place := `<p title="{{ fields.v }}" style="color:{{ fields.v }}">{{ fields.v }}</p><a href="{{ fields.v }}">x</a><a href="https://h.example/{{ fields.v }}?q={{ fields.v }}">y</a><img src="{{ fields.v }}" alt='{{ fields.v }}'>`
	for kind, body := range map[content.Kind]string{
		content.HTML:     `<!--[if mso]>` + place + `<![endif]--><style>p{color:{{ fields.v }}}</style><!-- {{ fields.v }} -->` + place,
		content.MJML:     `<mjml><mj-body><mj-section background-url="https://h.example/{{ fields.v }}"><mj-column><mj-text>` + place + `</mj-text><mj-button href="{{ fields.v }}">{{ fields.v }}</mj-button></mj-column></mj-section></mj-body></mjml>`,
		content.Markdown: `{{ fields.v }} **{{ fields.v }}** [{{ fields.v }}](https://h.example/?q={{ fields.v }}) ![{{ fields.v }}](https://h.example/{{ fields.v }}) [x]({{ fields.v }})`,
	} {
		s := content.Source{Kind: kind, Subject: "{{ fields.v }}", Preheader: "{{ fields.v }}", Body: body}
		c := compile(t, s)
		p := content.Sample()
		p.Fields["v"] = "x"
		want := shape(t, render(t, c, p).HTML)
		for _, v := range values {
			p.Fields["v"] = v
			r := render(t, c, p)
			if got := shape(t, r.HTML); !slices.Equal(got, want) {
				t.Errorf("%s: %.40q changes the mail", kind, v)
			}
			if strings.ContainsAny(r.Subject, "\r\n\x00\u2028\u202e") {
				t.Errorf("subject %q", r.Subject)
			}
			if strings.ContainsAny(r.HTML+r.Text, "\x00\x08\x1b\u202e") {
				t.Errorf("%s: control characters of %.40q arrive", kind, v)
			}
		}
	}
}

// shape is the elements and attributes of a document, with the schemes of its addresses.
func shape(t *testing.T, doc string) []string {
	t.Helper()
	var out []string
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			out = append(out, token.Data)
			for _, a := range token.Attr {
				out = append(out, " "+a.Key)
				low := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
				if a.Key != "title" && a.Key != "alt" && (strings.HasPrefix(low, "javascript:") || strings.HasPrefix(low, "vbscript:") || strings.HasPrefix(low, "data:text")) {
					out = append(out, " BAD "+a.Val)
				}
				if a.Key == "style" {
					out = append(out, fmt.Sprint(strings.Count(a.Val, ";"), strings.Count(a.Val, "("), strings.Count(a.Val, "url(")))
				}
			}
		case html.CommentToken:
			out = append(out, fmt.Sprint("comment ", strings.Count(string(z.Raw()), "<")))
		}
	}
}

// T-02: a contact of many fields costs no more than what is shown of it.
func TestT02ManyFields(t *testing.T) {
	c := compile(t, source(content.Markdown, "Hello {{ fields.f7 }}"))
	p := content.Sample()
	for i := range 100_000 {
		p.Fields[fmt.Sprintf("f%d", i)] = strings.Repeat("v", 20)
	}
	var r content.Rendered
	if took := processor.Time(t, func() { r = render(t, c, p) }); took > 50*time.Millisecond {
		t.Errorf("took %v", took)
	}
	has(t, r.HTML, strings.Repeat("v", 20))
}

func TestRendersForManyAtOnce(t *testing.T) {
	t.Parallel()
	c := compile(t, source(content.MJML, newsletter))
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			p := ada()
			p.Fields = maps.Clone(p.Fields)
			for i := range 50 {
				p.Name = fmt.Sprintf("P%d-%d", g, i)
				if r, err := c.Render(p); err != nil || !strings.Contains(r.HTML, "Hello "+p.Name+",") || r.Subject != "For "+p.Name {
					t.Errorf("%v %s", err, r.Subject)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkRender(b *testing.B) {
	for _, s := range []content.Source{source(content.MJML, newsletter), source(content.Markdown, strings.Repeat("Hello {{ name }}, this is a paragraph of some words.\n\n", 20))} {
		c := compile(b, s)
		p := ada()
		b.Run(string(s.Kind), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Render(p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "renders/s")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	s := source(content.MJML, newsletter)
	for b.Loop() {
		compile(b, s)
	}
}
