package stripefake

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/clock"
)

// Key is a test key that the fake takes.
const Key = "sk_test_fake"

// Fault is what goes wrong with one call.
type Fault int

// The faults.
const (
	None   Fault = iota
	Before       // 500, nothing happened, and the key remembers nothing
	Kept         // it happened, the answer is 500, and the key repeats the 500
	Lost         // it happened, and the connection breaks before the answer
	Busy         // 429
	InUse        // 409: the first call with this key is not done yet
)

// Server is the fake. Its fields are set before the first call.
type Server struct {
	URL  string
	Live bool                      // says that it moves real money
	Seen func(method, path string) // nil: nobody looks

	clock clock.Clock
	mu    sync.Mutex
	next  int
	calls int
	fails func(r *http.Request) Fault // nil: no call
	keys  map[string]answer
	all   map[string]object // by id
	order []string          // ids, oldest first
	queue []Event
}

type object = map[string]any

type answer struct {
	request [32]byte
	status  int
	body    []byte
}

// New starts a fake; it ends with the test.
func New(t testing.TB, c clock.Clock) *Server {
	t.Helper()
	if c == nil {
		c = clock.System
	}
	s := &Server{clock: c, keys: map[string]answer{}, all: map[string]object{}}
	web := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(web.Close)
	s.URL = web.URL
	return s
}

// Fail has calls go wrong from now on, as by says of each; nil ends it.
func (s *Server) Fail(by func(r *http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = by
}

// Calls is how many calls that write came through.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+Key && !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer sk_live_") {
		reply(w, http.StatusUnauthorized, problem("invalid_request_error", "", "no such key"))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		reply(w, http.StatusBadRequest, problem("invalid_request_error", "", "no form"))
		return
	}
	if r.Method != http.MethodPost {
		form = r.URL.Query()
	}
	s.mu.Lock()
	by := s.fails
	s.mu.Unlock()
	fault := None
	if by != nil {
		fault = by(r)
	}
	switch fault {
	case Before:
		reply(w, http.StatusInternalServerError, problem("api_error", "", "on our side"))
		return
	case Busy:
		reply(w, http.StatusTooManyRequests, problem("invalid_request_error", "rate_limit", "too many"))
		return
	case InUse:
		reply(w, http.StatusConflict, problem("idempotency_error", "idempotency_key_in_use", "in use"))
		return
	case None, Kept, Lost:
	}
	status, out := s.answer(r, form, body, fault)
	if fault == Lost {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

// answer runs a call, or repeats what its key remembers.
func (s *Server) answer(r *http.Request, form url.Values, body []byte, fault Fault) (int, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Seen != nil {
		s.Seen(r.Method, r.URL.Path)
	}
	key := r.Header.Get("Idempotency-Key")
	request := sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s", r.Method, r.URL.Path, body))
	if key != "" && r.Method == http.MethodPost {
		if known, ok := s.keys[key]; ok {
			if known.request != request {
				return http.StatusBadRequest, encode(problem("idempotency_error", "", "this key came with another request"))
			}
			return known.status, known.body
		}
	}
	status, out := s.route(r.Method, strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/"), form)
	encoded := encode(out)
	if r.Method == http.MethodPost {
		s.calls++
		if fault == Kept {
			status, encoded = http.StatusInternalServerError, encode(problem("api_error", "", "after it was done"))
		}
		if key != "" {
			s.keys[key] = answer{request, status, encoded}
		}
	}
	return status, encoded
}

// ForgetKeys is what Stripe does after a day.
func (s *Server) ForgetKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.keys)
}

func encode(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // of maps that we made
	}
	return out
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(v))
}

func problem(kind, code, text string) object {
	e := object{"type": kind, "message": text}
	if code != "" {
		e["code"] = code
	}
	return object{"error": e}
}

func missing(name string) (int, any) {
	return http.StatusNotFound, problem("invalid_request_error", "resource_missing", "no such thing: "+name)
}

func refuse(text string) (int, any) {
	return http.StatusBadRequest, problem("invalid_request_error", "parameter_invalid", text)
}

// make adds a thing.
func (s *Server) make(prefix, kind string, o object) object {
	s.next++
	name := fmt.Sprintf("%s_fake%06d", prefix, s.next)
	o["id"], o["object"], o["created"], o["livemode"] = name, kind, s.clock.Now().Unix(), s.Live
	s.all[name] = o
	s.order = append(s.order, name)
	return o
}

// list returns a page of things of a kind, newest first.
func (s *Server) list(kind string, form url.Values, keep func(object) bool) (int, any) {
	var found []object
	from := form.Get("starting_after")
	skip := from != ""
	since, _ := strconv.ParseInt(form.Get("created[gte]"), 10, 64)
	for _, name := range slices.Backward(s.order) {
		o, ok := s.all[name]
		if name == from {
			skip = false
			continue
		}
		if skip || !ok || o["object"] != kind || !keep(o) {
			continue
		}
		if number(o["created"]) < since {
			continue
		}
		found = append(found, o)
	}
	more := len(found) > pageSize
	return http.StatusOK, object{"object": "list", "url": "/", "has_more": more, "data": found[:min(len(found), pageSize)]}
}

// pageSize is small, so that lists go over pages.
const pageSize = 10

func metadata(form url.Values, at string) object {
	out := object{}
	for name, values := range form {
		if rest, ok := strings.CutPrefix(name, at+"["); ok && strings.HasSuffix(rest, "]") {
			out[strings.TrimSuffix(rest, "]")] = values[0]
		}
	}
	return out
}
