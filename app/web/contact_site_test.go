package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
)

func contactOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	c, err := owner.site.Contacts.Add(t.Context(), owner.scope(), contact.Draft{Email: "kim@example.org", Name: "Kim"}, "She asked for it in writing.", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func listOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	l, err := owner.site.Contacts.AddList(t.Context(), owner.scope(), "Letter", "", "")
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

func segmentOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	row, err := owner.site.Contacts.SaveSegment(t.Context(), owner.scope(), "", "Named", contact.Condition{All: []contact.Condition{{Any: []contact.Condition{{Property: "name", Operator: contact.Known}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return row.ID
}

func importOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	importID, err := owner.site.Imports.Upload(t.Context(), owner.scope(), "list.csv", strings.NewReader("email,name\na@example.org,Anna\n"))
	if err != nil {
		t.Fatal(err)
	}
	return importID
}

// send uploads a file as the page's form does.
func (b *browser) send(path, fileName, content string, tweaks ...tweak) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("_csrf", b.token()); err != nil {
		b.t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", fileName)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		b.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do(http.MethodPost, path, body.String(), append([]tweak{header("Content-Type", w.FormDataContentType())}, tweaks...)...)
}

// The whole way of a list through the pages, without a script.
func TestImportThroughThePages(t *testing.T) {
	t.Parallel()
	owner := newSite(t).member(t, "owner@shop.test")
	base := "/a/" + owner.slug
	var file strings.Builder
	file.WriteString("Email;Name\r\n")
	for i := range 30_000 {
		fmt.Fprintf(&file, "p%d@example.org;Müller %d %s\r\n", i, i, strings.Repeat("x", 60))
	}
	file.WriteString("nobody;x\r\n")
	if file.Len() < 2*maxBody {
		t.Fatal("the file is not larger than a form may be")
	}
	page := owner.send(base+"/imports", `C:\lists\autumn.csv`, file.String()).want(t, http.StatusSeeOther).to()
	shown := owner.get(page).want(t, http.StatusOK)
	for _, want := range []string{"autumn.csv", "p0@example.org", "Müller 0", "Needs your answers"} {
		if !strings.Contains(shown.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	refused := owner.post(page+"/check", url.Values{"column_0": {"email"}, "column_1": {"name"}, "policy": {"fill"}, "consent": {"yes"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.body, "Say in a sentence") || !strings.Contains(refused.body, ">yes</textarea>") {
		t.Error("a refused plan does not keep what was typed")
	}
	owner.post(page+"/check", url.Values{"column_0": {"email"}, "column_1": {"name"}, "policy": {"fill"}, "consent": {"They ticked a box at the checkout."}}).want(t, http.StatusSeeOther)
	if got := owner.get(page); !strings.Contains(got.body, "Dry run") || !strings.Contains(got.body, "hx-trigger=\"every 1s\"") {
		t.Error("the dry run is not shown as under way")
	}
	runner := listimport.NewRunner(owner.site.Imports, listimport.RunnerOptions{})
	if err := runner.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := owner.get(page + "/progress"); got.Header.Get("HX-Refresh") != "true" {
		t.Error("the page is not asked for anew when the work is over")
	}
	outcome := func(class string) string {
		return strings.TrimSpace(owner.get(page).doc(t).Find(`[data-outcome="` + class + `"]`).Text())
	}
	if outcome("added") != "30,000" || outcome("rejected") != "1" {
		t.Errorf("dry run: %s added, %s rejected", outcome("added"), outcome("rejected"))
	}
	owner.post(page+"/start", nil).want(t, http.StatusSeeOther)
	if err := runner.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := owner.get(base + "/contacts?q=p29999&in=address"); !strings.Contains(got.body, "p29999@example.org") || !strings.Contains(got.body, "30,000 contacts") {
		t.Error("the contacts are not there")
	}
	if got := owner.get(page+"/rows?class=rejected").want(t, http.StatusOK); !strings.Contains(got.body, "nobody,x,30001,not a valid e-mail address") || got.Header.Get("Content-Disposition") == "" {
		t.Errorf("rejected rows: %q", got.body)
	}
	owner.post(page+"/undo", nil).want(t, http.StatusSeeOther)
	if err := runner.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := owner.get(base + "/contacts"); !strings.Contains(got.body, "Nobody is here yet") {
		t.Error("after the undoing contacts are left")
	}
	if again := owner.send(base+"/imports", "next.csv", "Email;Name\r\nz@example.org;Zoe\r\n").want(t, http.StatusSeeOther); !strings.Contains(owner.get(again.to()).body, `selected>Name</option>`) {
		t.Error("the mapping is not remembered")
	}
}

func TestI11BadUploads(t *testing.T) {
	t.Parallel()
	owner := newSite(t).member(t, "owner@shop.test")
	imports := "/a/" + owner.slug + "/imports"
	for name, c := range map[string]struct {
		file string
		want string
	}{
		"empty": {"", "The file is empty."}, "a picture": {"\x89PNG\r\n", "a picture"}, "old Excel": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", "old Excel file"},
		"a broken workbook": {"PK\x03\x04 no zip", "cannot be read as one"}, "a page": {"<!DOCTYPE html><p>", "a web page"},
	} {
		got := owner.send(imports, name, c.file)
		if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: %d %s", name, got.StatusCode, text(got.body))
		}
	}
	if got := owner.post(imports, nil); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", got.StatusCode)
	}
	if got := owner.do(http.MethodPost, imports, "garbage", header("Content-Type", "multipart/form-data; boundary=x")); got.StatusCode < 400 || got.StatusCode > 499 {
		t.Errorf("no multipart: %d", got.StatusCode)
	}
	if got := owner.do(http.MethodPost, imports, "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na@example.org\r\n--x--\r\n", header("Content-Type", "multipart/form-data; boundary=x")); got.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %d", got.StatusCode)
	}
	if got := owner.post("/login", url.Values{"email": {strings.Repeat("x", maxBody)}}); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form that is too large: %d", got.StatusCode)
	}
	if rows, err := owner.site.Imports.Imports(t.Context(), owner.scope(), "", 10); err != nil || len(rows) != 0 {
		t.Errorf("%d imports are left of bad files: %v", len(rows), err)
	}
}

func TestSegmentsThroughThePages(t *testing.T) {
	t.Parallel()
	owner := newSite(t).member(t, "owner@shop.test")
	base := "/a/" + owner.slug
	contactOf(t, owner)
	listOf(t, owner)
	refused := owner.post(base+"/segments", url.Values{"name": {"S"}, "g0_r0_property": {"list"}, "g0_r0_operator": {"is"}, "g0_r0_value": {"Nowhere"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.body, "There is no list called") {
		t.Error(text(refused.body))
	}
	page := owner.post(base+"/segments", url.Values{"name": {"Not on it"}, "g0_r0_property": {"list"}, "g0_r0_operator": {"is_not"}, "g0_r0_value": {"letter"}, "g1_match": {"any"}, "g1_r0_property": {"name"}, "g1_r0_operator": {"begins_with"}, "g1_r0_value": {"ki"}}).want(t, http.StatusSeeOther).to()
	owner.get(page+"/count").want(t, http.StatusSeeOther)
	fragment := answer{}
	for range 200 { // a busy machine takes longer than a page waits
		if fragment = owner.get(page+"/count?since=1", header("HX-Request", "true")).want(t, http.StatusOK); strings.Contains(fragment.body, "segment-count") {
			break
		}
	}
	for _, got := range []answer{fragment, owner.get(page).want(t, http.StatusOK)} {
		if n := got.doc(t).Find(`[data-value="segment-count"]`).Text(); n != "1 contact" || !strings.Contains(got.body, "kim@example.org") {
			t.Errorf("counted %q: %s", n, text(got.body))
		}
	}
	if !strings.Contains(owner.get(page).body, `value="Letter"`) {
		t.Error("the rule does not name its list")
	}
	if got := owner.get(base+"/contacts/export?segment="+page[strings.LastIndexByte(page, '/')+1:]).want(t, http.StatusOK); !strings.Contains(got.body, "kim@example.org,Kim,individual") {
		t.Errorf("export: %q", got.body)
	}
}
