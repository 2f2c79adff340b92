package load

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"time"
)

// Headers that carry the oracle's facts through a server.
const (
	HeaderTestID   = "X-Test-Id"
	HeaderBodyHash = "X-Body-Sha256" // of the body's octets, up to the final dot
)

const (
	variants  = 8  // different bodies, so that a server which mixes two up is seen
	lineWidth = 76 // octets of text per body line
	idDigits  = 9  // of the number in a test id
)

// template builds messages: an unchanging part, made once, and a few fields.
// It is read only, so connections share it.
type template struct {
	runID  string
	from   string
	fixed  []byte   // headers that are the same in all messages
	to     []string // header recipient by domain
	bodies [variants]body
}

type body struct {
	content []byte // CRLF lines, dot-stuffing not needed, ends with the final dot
	hash    string
}

func newTemplate(c Config, now time.Time) *template {
	t := &template{runID: c.RunID, from: c.From}
	t.fixed = []byte("From: Load <" + c.From + ">\r\nDate: " + now.Format("Mon, 02 Jan 2006 15:04:05 -0700") +
		"\r\nSubject: Your order has been shipped\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n")
	for _, domain := range c.Domains {
		t.to = append(t.to, "Customer <customer@"+domain+">")
	}
	header := len(t.appendHeader(nil, 0, t.to[0], &body{hash: hex.EncodeToString(make([]byte, sha256.Size))}))
	for i := range t.bodies {
		t.bodies[i] = newBody(uint64(i), max(c.Size-header, 1))
	}
	return t
}

// newBody makes size octets of text, the same for the same seed.
func newBody(seed uint64, size int) body {
	const alphabet = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"
	random := rand.New(rand.NewPCG(seed, 5321)) //nolint:gosec // text to carry, to be the same in every run
	text := make([]byte, 0, size+lineWidth+8)
	for line := 0; len(text) < size; line++ {
		for range min(lineWidth, max(size-len(text)-2, 1)) {
			text = append(text, alphabet[random.IntN(len(alphabet))])
		}
		text = append(text, '\r', '\n')
	}
	hash := sha256.Sum256(text)
	return body{content: append(text, '.', '\r', '\n'), hash: hex.EncodeToString(hash[:])}
}

func (t *template) body(n int) *body { return &t.bodies[n%variants] }

func (t *template) appendID(out []byte, n int) []byte {
	out = append(out, t.runID...)
	out = append(out, '-')
	digits := strconv.AppendInt(make([]byte, 0, 20), int64(n), 10)
	for range idDigits - len(digits) {
		out = append(out, '0')
	}
	return append(out, digits...)
}

func (t *template) appendHeader(out []byte, n int, to string, b *body) []byte {
	out = append(out, t.fixed...)
	out = append(append(append(out, "To: "...), to...), "\r\nMessage-ID: <"...)
	out = t.appendID(out, n)
	out = append(out, "@load.bench.example>\r\n"+HeaderTestID+": "...)
	out = t.appendID(out, n)
	out = append(out, "\r\n"+HeaderBodyHash+": "...)
	return append(append(out, b.hash...), "\r\n\r\n"...)
}

// appendMessage appends message n with its final dot.
func (t *template) appendMessage(out []byte, n int) []byte {
	b := t.body(n)
	return append(t.appendHeader(out, n, t.to[n%len(t.to)], b), b.content...)
}
