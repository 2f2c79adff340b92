package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Nothing that a stranger can send is our own fault: no status of 500 or above, and
// (newSite looks at the log) no error of ours.
func TestGarbageIsNotOurFault(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	junk := []string{
		"", "0", "-1", "99999999999999999999", strings.Repeat("a", 3000), "%00", "%ff%fe", "%c3%28", "..%2f..%2fetc%2fpasswd", "%2e%2e",
		"'%20OR%201=1--", "%3Cscript%3E", "%E2%80%AE", "%F0%9F%92%A5", "null", "%0d%0aSet-Cookie:x=y", "*", ":", "{}", "%25", "a%20b",
	}
	if testing.Short() { // under the race detector each visit is dear
		junk = []string{junk[0], junk[3], junk[5], junk[6], junk[8], junk[10]}
	}
	bodies := []string{
		"", "%", "&&&&", "=", "a", "%zz=%zz", strings.Repeat("a=b&", 20000), strings.Repeat("x", 200_000),
		"email=%00&password=%00&name=%00&account_name=%00&theme=%00", "email=%ff%fe&password=%ff&name=%c3%28&current_password=%ff",
		"email[]=a&email[0][b]=c", "email=a%0d%0aBcc:b@x.example", "terms_version=1e309&terms_version=-1", "name=" + strings.Repeat("%F0%9F%92%A5", 3000),
		"email=" + strings.Repeat("a", 100_000) + "@example.com&password=" + strings.Repeat("p", 100_000), "password=" + strings.Repeat("%00", 1000),
	}
	check := func(a answer) {
		t.Helper()
		if a.StatusCode >= 500 {
			t.Errorf("%s %.80s: %d", a.Request.Method, a.Request.URL, a.StatusCode)
		}
		for _, leak := range []string{"gorm", "sqlite", "goroutine", "SQL", "panic", ".go:"} {
			if strings.Contains(text(a.body), leak) {
				t.Errorf("%s %.80s shows %q", a.Request.Method, a.Request.URL, leak)
			}
		}
	}
	for _, b := range []*browser{ada, s.browser(t)} {
		token := b.token()
		for _, route := range s.Routes() {
			if route.Path == "/logout" {
				continue
			}
			for _, j := range junk {
				path := parameter.ReplaceAllString(strings.Replace(route.Path, "*", j, 1), "PARAM")
				path = strings.ReplaceAll(path, "PARAM", strings.ReplaceAll(j, "/", ""))
				if _, err := url.Parse(path); err != nil {
					continue // another test sends what no client would
				}
				if route.Method == http.MethodGet {
					check(b.get(path + "?next=" + j + "&q=" + j + "&page=" + j))
				} else {
					check(b.do(route.Method, path, "_csrf="+token))
				}
			}
			if route.Method == http.MethodGet {
				continue
			}
			for _, body := range bodies {
				check(b.do(route.Method, pathOf(route, ada.slug), "_csrf="+token+"&"+body))
				check(b.do(route.Method, pathOf(route, ada.slug), body, header("X-Csrf-Token", token), header("Content-Type", "multipart/form-data; boundary=x")))
			}
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "get"} {
			for _, path := range []string{"/", "/login", "/signup", "/a/" + ada.slug, "/healthz", "/nothing"} {
				check(b.do(method, path, ""))
			}
		}
		for name, value := range map[string]string{
			"Cookie": "session=%00; visit=\xff; flash=a.b; theme=<script>; newcomer=x.y", "Accept-Language": strings.Repeat("x", 8000),
			"User-Agent": "\xff\xfe" + strings.Repeat("x", 6000), "X-Forwarded-For": strings.Repeat("1,", 3000), "Content-Encoding": "gzip",
			"Range": "bytes=0-0,1-1,2-2", "If-None-Match": "\xff", "HX-Request": "true", "HX-Current-URL": "javascript:x", "Transfer-Encoding": "identity",
		} {
			for _, path := range []string{"/", "/login?next=//evil.example", "/static/app.css", "/terms/1"} {
				check(b.get(path, header(name, value)))
			}
		}
	}
	check(ada.do(http.MethodPost, "/login", strings.Repeat("x", maxBody-100)))
}

// What is no proper HTTP gets an answer with a status of 4xx, or a closed connection.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	addr := strings.TrimPrefix(s.url, "http://")
	for name, raw := range map[string]string{
		"garbage":           "\x00\x01\x02\x03\r\n\r\n",
		"TLS":               "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"huge header":       "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n",
		"raw bytes in path": "GET /terms/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"NUL in path":       "GET /confirm/a\x00b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"absolute form":     "GET http://evil.example/nothing HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
		"large body":        fmt.Sprintf("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", maxBody+1) + strings.Repeat("x", 70_000),
		"two lengths":       "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nxx",
		"length and chunks": "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
		"bad chunks":        "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
		"HTTP/9":            "GET / HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n",
	} {
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = conn.Write([]byte(raw)) }() // the server may close before the end
		if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			if resp.StatusCode >= 500 || resp.StatusCode == http.StatusOK && name != "HTTP/9" {
				t.Errorf("%s: %d", name, resp.StatusCode)
			}
			_ = resp.Body.Close()
		} else if name != "TLS" && name != "garbage" && name != "large body" && name != "huge header" {
			t.Logf("%s: closed: %v", name, err)
		}
		_ = conn.Close()
	}
	if a := s.browser(t).get("/healthz"); a.StatusCode != http.StatusOK {
		t.Errorf("afterwards /healthz is %d", a.StatusCode)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for in, local := range map[string]bool{
		"/": true, "/a/x": true, "/a/x?q=1#f": true, "/login?next=%2F%2Fevil": true,
		"": false, "a": false, "//evil.example": false, "/\\evil.example": false, "\\\\evil": false, "http://evil.example": false,
		"javascript:alert(1)": false, "/a\r\nSet-Cookie: x": false, "/\t/evil.example": false, "///evil.example": false, "/%zz": false,
		"data:text/html,x": false, "/a\x00": false, " /a": false, "/\xff": false, "/" + strings.Repeat("a", 3000): false,
	} {
		if got := localPath(in, "fallback"); (got == in) != local {
			t.Errorf("localPath(%.40q) = %q", in, got)
		}
	}
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example"} {
		for _, path := range []string{"/login", "/theme"} {
			a := ada.post(path, url.Values{"email": {ada.email}, "password": {testPassword}, "theme": {"dark"}, "next": {next}}).want(t, http.StatusSeeOther)
			if strings.Contains(a.to(), "evil") {
				t.Errorf("%s with next=%s leads to %s", path, next, a.to())
			}
		}
	}
}

// Whoever sends a file that is refused before it is read gets the answer: a connection that
// is closed on what still comes would take it away.
func TestARefusedUploadIsAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	for range 2 { // on the same connection
		const size = 4 << 20
		head := fmt.Sprintf("POST /a/nobodys/templates/images HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n", size)
		if _, err := io.WriteString(conn, head+strings.Repeat("x", size)); err != nil {
			t.Fatalf("it could not be sent: %v", err)
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil || answer.StatusCode >= 500 || answer.StatusCode < 300 {
			t.Fatalf("%+v, %v", answer, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
}
