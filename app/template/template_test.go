package template_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/template"
	"smtpserver/app/testkit/seed"
)

var compiler = content.NewCompiler()

func markdown(body string) content.Source {
	return content.Source{Kind: content.Markdown, Subject: "S", Body: body}
}

func TestTemplatesAndTheirVersions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := template.New(db, compiler)
		a, b := seed.NewAccount(t, db, "A").Scope, seed.NewAccount(t, db, "B").Scope
		made, err := s.Create(t.Context(), a, " Autumn \n letter ", markdown("one"))
		if err != nil || made.Name != "Autumn letter" {
			t.Fatalf("%+v %v", made, err)
		}
		if _, err := s.Create(t.Context(), a, "AUTUMN letter", markdown("x")); fault.FieldsOf(err)["name"] == "" {
			t.Errorf("the same name: %v", err)
		}
		if _, err := s.Create(t.Context(), a, "", markdown("{{ nonsense }}")); fault.FieldsOf(err)["name"] == "" || fault.FieldsOf(err)["body"] == "" {
			t.Errorf("one answer tells all that is wrong: %v", fault.FieldsOf(err))
		}
		two, err := s.Change(t.Context(), a, made.ID, 1, "Autumn", markdown("two"))
		if err != nil || two.Version != 2 {
			t.Fatalf("%+v %v", two, err)
		}
		if _, err := s.Change(t.Context(), a, made.ID, 1, "Autumn", markdown("three")); !fault.Is(err, fault.Conflict) {
			t.Errorf("two people at a time: %v", err)
		}
		if same, err := s.Change(t.Context(), a, made.ID, 2, "Autumn 2", markdown("two")); err != nil || same.Version != 2 {
			t.Errorf("saved without a change it is version %d: %v", same.Version, err)
		}
		if err := s.Restore(t.Context(), a, made.ID, 1); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(t.Context(), a, made.ID)
		if err != nil || got.Source.Body != "one" || got.Version != 3 || got.Name != "Autumn 2" {
			t.Errorf("restored: %+v %v", got, err)
		}
		versions, err := s.Versions(t.Context(), a, made.ID)
		if err != nil || len(versions) != 3 || versions[0].Restored != 1 || versions[1].Source.Body != "two" {
			t.Errorf("versions: %+v %v", versions, err)
		}
		copied, err := s.Copy(t.Context(), a, made.ID)
		if err != nil || copied.Name != "Autumn 2, copy" {
			t.Errorf("a copy: %+v %v", copied, err)
		}
		if again, err := s.Copy(t.Context(), a, made.ID); err != nil || again.Name != "Autumn 2, copy 2" {
			t.Errorf("another copy: %+v %v", again, err)
		}
		// Another account sees and changes nothing of it.
		_, err = s.Get(t.Context(), b, made.ID)
		_, changed := s.Change(t.Context(), b, made.ID, 3, "x", markdown("x"))
		_, read := s.Version(t.Context(), b, made.ID, 1)
		_, listed := s.Versions(t.Context(), b, made.ID)
		for i, err := range []error{err, changed, read, listed, s.Restore(t.Context(), b, made.ID, 1), s.Remove(t.Context(), b, made.ID)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%d: another account: %v", i, err)
			}
		}
		if err := s.Remove(t.Context(), a, made.ID); err != nil {
			t.Fatal(err)
		}
		if all, err := s.List(t.Context(), a); err != nil || len(all) != 2 {
			t.Errorf("%d are left: %v", len(all), err)
		}
	})
}

// Two people who save at a time: one wins, the other is told; nothing is lost unseen.
func TestNobodyIsOverwritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, scope := template.New(db, compiler), seed.NewAccount(t, db, "A").Scope
		made, err := s.Create(t.Context(), scope, "x", markdown("0"))
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		saved := make(chan string, 8)
		for i := range 8 {
			wg.Go(func() {
				body := fmt.Sprint("by ", i)
				if _, err := s.Change(t.Context(), scope, made.ID, 1, "x", markdown(body)); err == nil {
					saved <- body
				}
			})
		}
		wg.Wait()
		close(saved)
		got, err := s.Get(t.Context(), scope, made.ID)
		if err != nil || len(saved) != 1 || got.Source.Body != <-saved || got.Version != 2 {
			t.Errorf("%d saved, version %d: %v", len(saved), got.Version, err)
		}
	})
}

func TestOldVersionsGo(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, nil)
	s, scope := template.New(db, compiler), seed.NewAccount(t, db, "A").Scope
	made, err := s.Create(t.Context(), scope, "x", markdown("0"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= template.MostVersions+5; i++ {
		if _, err := s.Change(t.Context(), scope, made.ID, i, "x", markdown(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := s.Versions(t.Context(), scope, made.ID)
	if err != nil || len(versions) != template.MostVersions || versions[len(versions)-1].Number != 7 {
		t.Errorf("%d versions: %v", len(versions), err)
	}
}

// What we give people to begin with can be sent, to everybody.
func TestStartersAreFine(t *testing.T) {
	t.Parallel()
	for _, starter := range template.Starters() {
		c, err := compiler.Compile(t.Context(), starter.Source)
		if err != nil {
			t.Errorf("%s: %v %v", starter.Key, err, fault.FieldsOf(err))
			continue
		}
		nobody := content.Person{Email: "a@b.example", UnsubscribeURL: "https://x.example/u", PreferencesURL: "https://x.example/p", ViewURL: "https://x.example/v", Sender: "Us"}
		r, err := c.Render(nobody)
		if err != nil || len(c.Missing(nobody)) > 0 || len(c.Warnings()) > 0 || len(r.HTML) > 60_000 {
			t.Errorf("%s: missing %v, warnings %v, %d octets: %v", starter.Key, c.Missing(nobody), c.Warnings(), len(r.HTML), err)
		}
		for _, want := range []string{"https://x.example/u", "https://x.example/p"} {
			if !strings.Contains(r.HTML, want) || !strings.Contains(r.Text, want) {
				t.Errorf("%s: %s is not in both parts", starter.Key, want)
			}
		}
	}
}

func picture(w, h int) image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			p.Set(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 100, 255})
		}
	}
	return p
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := template.New(db, compiler)
		a, b := seed.NewAccount(t, db, "A").Scope, seed.NewAccount(t, db, "B").Scope
		secret := []byte("<script>alert(1)</script> GPS 47.0")
		file := append(pngOf(t, 30, 20), secret...)
		i, err := s.AddImage(t.Context(), a, `C:\pictures\cat"<x>.png`, file)
		if err != nil || i.Type != "image/png" || i.Width != 30 || i.Height != 20 || i.Name != `cat"<x>.png` || len(i.Token) < 26 {
			t.Fatalf("%+v %v", i, err)
		}
		if again, err := s.AddImage(t.Context(), a, "other.png", file); err != nil || again.ID != i.ID {
			t.Errorf("the same file again: %v %v", again.ID, err)
		}
		shown, err := s.PublicImage(t.Context(), i.Token)
		if err != nil || bytes.Contains(shown.Content, secret) || bytes.Contains(shown.Content, []byte("script")) {
			t.Errorf("what was hidden in the file is served: %v", err)
		}
		if _, err := png.Decode(bytes.NewReader(shown.Content)); err != nil {
			t.Error(err)
		}
		if _, err := s.PublicImage(t.Context(), "nonsense"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := s.RemoveImage(t.Context(), b, i.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account: %v", err)
		}
		if all, err := s.Images(t.Context(), b); err != nil || len(all) != 0 {
			t.Errorf("another account: %d %v", len(all), err)
		}
		if err := s.RemoveImage(t.Context(), a, i.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.PublicImage(t.Context(), i.Token); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed: %v", err)
		}
	})
}

func TestImagesThatAreRefused(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, nil)
	s, scope := template.New(db, compiler), seed.NewAccount(t, db, "A").Scope
	bomb := pngOf(t, 1, 1)
	binary.BigEndian.PutUint32(bomb[16:], 60_000) // says it is 60,000 pixels wide
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	long := &gif.GIF{Config: image.Config{Width: 4000, Height: 4000}}
	for range 5 {
		long.Image = append(long.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black, color.White}))
		long.Delay = append(long.Delay, 1)
	}
	var animation bytes.Buffer
	if err := gif.EncodeAll(&animation, long); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"nothing":   {},
		"svg":       []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"html":      []byte("<html><script>alert(1)</script>"),
		"webp":      []byte("RIFF\x00\x00\x00\x00WEBPVP8 "),
		"half":      pngOf(t, 50, 50)[:60],
		"a bomb":    bomb,
		"animation": animation.Bytes(),
		"too large": make([]byte, template.MaxImage+1),
		"gif name":  []byte("GIF89a<script>alert(1)</script>"),
	} {
		if _, err := s.AddImage(t.Context(), scope, "x", file); fault.FieldsOf(err)["file"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A picture that the camera took on its side stands upright, without the rest of what
// the camera wrote about it.
func TestPhotosStandUpright(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, nil)
	s, scope := template.New(db, compiler), seed.NewAccount(t, db, "A").Scope
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture(40, 20), nil); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00 my home is at 47.0")
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	file := append(append(append([]byte{}, plain.Bytes()[:2]...), segment...), plain.Bytes()[2:]...)
	i, err := s.AddImage(t.Context(), scope, "x.jpg", file)
	if err != nil || i.Width != 20 || i.Height != 40 {
		t.Fatalf("%d × %d, %v", i.Width, i.Height, err)
	}
	if bytes.Contains(i.Content, []byte("my home")) {
		t.Error("where it was taken is served")
	}
	p, err := jpeg.Decode(bytes.NewReader(i.Content))
	if err != nil {
		t.Fatal(err)
	}
	// Turned to the right: what was on the left is on top, what was at the bottom on the left.
	if r, _, _, _ := p.At(10, 2).RGBA(); r>>8 > 80 {
		t.Errorf("the top is %d red", r>>8)
	}
	if _, g, _, _ := p.At(2, 20).RGBA(); g>>8 < 150 {
		t.Errorf("the left is %d green", g>>8)
	}
}

func FuzzImage(f *testing.F) {
	f.Add([]byte("GIF89a"), "x")
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01"), "../x")
	db := storetest.SQLite(f, nil)
	s, scope := template.New(db, compiler), seed.NewAccount(f, db, "A").Scope
	f.Fuzz(func(t *testing.T, file []byte, name string) {
		if _, err := s.AddImage(t.Context(), scope, name, file); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}
