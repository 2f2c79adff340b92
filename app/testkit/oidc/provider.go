package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Person is who is signed in at the provider.
type Person struct {
	Subject       string
	Email         string
	EmailVerified bool
	Name          string
}

// Twist is how the provider differs from an honest one. The zero value is honest.
type Twist struct {
	Claims      func(map[string]any)                  // changes the ID token before it is signed
	Token       func(signed string) any               // replaces it afterwards; nil leaves it out
	Userinfo    func(map[string]any)                  // changes what userinfo says
	Down        bool                                  // answers 503 to everything
	ForeignKey  bool                                  // signs with a key that is not published
	IgnorePKCE  bool                                  // exchanges codes without a verifier
	Redirect    func(q url.Values, callback *url.URL) // changes where the browser is sent
	TokenStatus int                                   // answers the exchange with this status
}

// Provider is the server. Its exported fields may be changed between requests.
type Provider struct {
	*httptest.Server
	ID, Secret string

	mu      sync.Mutex
	person  Person
	twist   Twist
	key     *rsa.PrivateKey
	foreign *rsa.PrivateKey
	grants  map[string]grant
}

// grant is an authorization that waits for its exchange.
type grant struct {
	person    Person
	nonce     string
	challenge string
	redirect  string
}

// The keys are made once: that is slow, and no test changes them.
var published, unpublished = sync.OnceValues(makeKey), sync.OnceValues(makeKey)

func makeKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

const keyID = "test-key"

// Start starts a provider that ends with the test.
func Start(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{ID: "client", Secret: "client-secret", grants: map[string]grant{}}
	var err error
	if p.key, err = published(); err != nil {
		t.Fatal(err)
	}
	if p.foreign, err = unpublished(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	mux.HandleFunc("GET /github/user", p.githubUser)
	mux.HandleFunc("GET /github/emails", p.githubEmails)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.Twisted().Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// SignedIn says who is signed in at the provider, and how it behaves.
func (p *Provider) SignedIn(person Person, twist Twist) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person, p.twist = person, twist
}

// Twisted is how the provider behaves now.
func (p *Provider) Twisted() Twist {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.twist
}

func (p *Provider) now() Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.person
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: keyID, Algorithm: "RS256", Use: "sig"}}})
}

// Sign signs claims with the published key, or the foreign one.
func (p *Provider) Sign(claims map[string]any, foreign bool) string {
	key := p.key
	if foreign {
		key = p.foreign
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, nil)
	if err != nil {
		panic(err) // the key is ours
	}
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err) // the claims are a test's
	}
	signed, err := signer.Sign(body)
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// claims are those of an honest ID token.
func (p *Provider) claims(g grant) map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": p.URL, "sub": g.person.Subject, "aud": p.ID, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"email": g.person.Email, "email_verified": g.person.EmailVerified, "name": g.person.Name,
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have left
}
