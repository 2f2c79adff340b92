package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/views/urls"
)

// mark stands in every naughty string: where it turns up, the string does.
const mark = "xq9"

// breakouts try to leave the place that a value is shown in: text, an attribute, a script,
// a style, a template of this or another language, a link.
var breakouts = []string{
	`<script>xq9()</script>`, `<img src=x onerror=xq9()>`, `"><svg onload=xq9()>`, `' onmouseover='xq9()`, `" autofocus onfocus="xq9()`, "` onclick=`xq9()",
	`javascript:xq9()`, `JaVaScRiPt&colon;xq9()`, `data:text/html,<script>xq9()</script>`, `//xq9.example/`, `{{7*191}}xq9`, `${7*191}xq9`, `<%= 7*191 %>xq9`, `#{7*191}xq9`,
	`[[${7*191}]]xq9`, `{%print(7*191)%}xq9`, `{{"xq9".constructor.constructor("xq9()")()}}`, `</title><script>xq9()</script>`, `</textarea><script>xq9()</script>`,
	`</select><option>xq9`, `</script><script>xq9()</script>`, `</style><style>@import'//xq9'`, `<!--xq9`, `--><b>xq9`, `]]><b>xq9`, `&lt;xq9&gt;`, `&#60;b&#62;xq9`, `%3Cb%3Exq9`,
	`\u003cb\u003exq9`, `<iframe srcdoc="<script>xq9()</script>">`, `<a href=javascript:xq9()>x</a>`, `<base href=//xq9>`, `<meta http-equiv=refresh content=0;url=//xq9>`,
	`<xq9 hx-get=/logout hx-trigger=load>`, `<form action=//xq9><button>`, `<math><mi xlink:href=javascript:xq9()>`, `=HYPERLINK("//xq9","x")`, `'); DROP TABLE contacts;--xq9`,
}

// naughty are more than 500 strings that were somewhere taken for more than text.
func naughty() (all []string) {
	for _, before := range []string{"", "A ", `"`, `'`, "`", ">", "*/", "日本 ", "\u202e", "e\u0301\u0327", "🍎", "%00", "&", `\`} {
		for _, b := range breakouts {
			all = append(all, before+b)
		}
	}
	return all
}

// harmless fails when a naughty string became more than text in a page.
func harmless(t *testing.T, got answer) {
	t.Helper()
	if strings.Contains(got.body, "1337"+mark) {
		t.Errorf("%s: a template was computed", got.Request.URL)
	}
	shown := []string{"value", "title", "aria-label", "alt", "placeholder"}
	for _, e := range got.doc(t).Find("*").EachIter() {
		n := e.Nodes[0]
		if strings.Contains(n.Data, mark) || (n.Data == "script" || n.Data == "style") && strings.Contains(e.Text(), mark) {
			t.Errorf("%s: a string became <%s>", got.Request.URL, n.Data)
		}
		for _, a := range n.Attr {
			link := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") // a way within the site, with the string in its query
			if strings.Contains(a.Key, mark) || strings.Contains(a.Val, mark) && !slices.Contains(shown, a.Key) && !strings.HasPrefix(a.Key, "data-") && !link {
				t.Errorf("%s: a string became %s=%q of <%s>", got.Request.URL, a.Key, a.Val, n.Data)
			}
		}
	}
}

// I-09: whatever a name or a field holds is shown as it is, and is nothing but text, on
// every page of the audience and in what strangers see of it.
func TestI09NaughtyStringsAreText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	scope, base := owner.scope(), "/a/"+owner.slug
	if len(naughty()) < 500 {
		t.Fatalf("only %d strings", len(naughty()))
	}
	note, err := s.Contacts.AddField(t.Context(), scope, contact.Field{Label: "Note", Kind: contact.Text})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range naughty() {
		c, err := s.Contacts.Add(t.Context(), scope, contact.Draft{Email: fmt.Sprintf("p%d@example.org", i), Name: n, Company: n, Attributes: map[string]string{note.Key: n}}, "They said so: "+n, nil)
		if err != nil {
			t.Fatalf("%q: %v", n, err)
		}
		got := owner.get(base+"/contacts/"+c.ID.String()).want(t, http.StatusOK)
		harmless(t, got)
		doc := got.doc(t)
		for name, want := range map[string]string{"name": c.Name, "company": c.Company, "field_" + note.Key: c.Attributes[note.Key]} {
			if shown := doc.Find(`[name="`+name+`"]`).AttrOr("value", doc.Find(`textarea[name="`+name+`"]`).Text()); shown != want {
				t.Errorf("%s is shown as %q, not %q", name, shown, want)
			}
		}
	}
	var file strings.Builder
	out := csv.NewWriter(&file)
	if err := out.Write([]string{"email", breakouts[0], breakouts[2]}); err != nil {
		t.Fatal(err)
	}
	for i, n := range breakouts {
		if err := out.Write([]string{fmt.Sprintf("q%d@example.org", i), n, n}); err != nil {
			t.Fatal(err)
		}
		l, err := s.Contacts.AddList(t.Context(), scope, n, n, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Contacts.AddTopic(t.Context(), scope, n, n); err != nil {
			t.Fatal(err)
		}
		if err := s.Contacts.SaveForm(t.Context(), scope, l.ID, "We write to you about "+n, true); err != nil {
			t.Fatal(err)
		}
		f, _, err := s.Contacts.FormOf(t.Context(), scope, l.ID)
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, owner.get(base+"/lists/"+l.ID.String()).want(t, http.StatusOK))
		harmless(t, s.browser(t).get(urls.Form(f.ID.String())+"?email="+url.QueryEscape(n)+"&name="+url.QueryEscape(n)).want(t, http.StatusOK))
		segment := owner.post(base+"/segments", url.Values{"name": {n}, "g0_r0_property": {"name"}, "g0_r0_operator": {"is"}, "g0_r0_value": {n}}).want(t, http.StatusSeeOther).to()
		harmless(t, owner.get(segment).want(t, http.StatusOK))
		for _, in := range []string{"address", "name", "company"} {
			harmless(t, owner.get(base+"/contacts?in="+in+"&q="+url.QueryEscape(n)).want(t, http.StatusOK))
		}
	}
	out.Flush()
	page := owner.send(base+"/imports", breakouts[1]+".csv", file.String()).want(t, http.StatusSeeOther).to()
	harmless(t, owner.get(page).want(t, http.StatusOK))
	harmless(t, owner.post(page+"/check", url.Values{"consent": {breakouts[8]}}).want(t, http.StatusUnprocessableEntity))
	for _, path := range []string{"/contacts", "/contacts?in=name&q=A", "/lists", "/segments", "/imports", "/contacts/fields"} {
		harmless(t, owner.get(base+path).want(t, http.StatusOK))
	}
}
