package fakemx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// Flaw is what is wrong with a certificate.
type Flaw string

// The flaws. Each is the only one of its certificate.
const (
	NoFlaw          Flaw = "none"
	Expired         Flaw = "expired"
	NotYetValid     Flaw = "not yet valid"
	OtherName       Flaw = "for another name"
	AddressOnly     Flaw = "for an IP address only"
	CommonNameOnly  Flaw = "name in the subject only"
	PartialWildcard Flaw = "wildcard within a label"
	DeepWildcard    Flaw = "wildcard above the host's zone"
	ClientOnly      Flaw = "for clients only"
	SelfSigned      Flaw = "self-signed"
	UnknownIssuer   Flaw = "of an unknown issuer"
	NoIntermediate  Flaw = "without its intermediate"
	IssuerNoCA      Flaw = "issued by a certificate that is no CA's"
	OutOfBounds     Flaw = "outside its issuer's name constraints"
	IssuerExpired   Flaw = "of an expired intermediate"
)

// Flaws lists all but NoFlaw.
func Flaws() []Flaw {
	return []Flaw{
		Expired, NotYetValid, OtherName, AddressOnly, CommonNameOnly, PartialWildcard, DeepWildcard, ClientOnly,
		SelfSigned, UnknownIssuer, NoIntermediate, IssuerNoCA, OutOfBounds, IssuerExpired,
	}
}

// Authority is a certificate authority with a root and an intermediate.
type Authority struct {
	root, intermediate issued
	Pool               *x509.CertPool // trusts the root
}

type issued struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{Pool: x509.NewCertPool()}
	a.root = issue(t, ca("root"), nil)
	a.intermediate = issue(t, ca("intermediate"), &a.root)
	a.Pool.AddCert(a.root.cert)
	return a
}

// Issue makes the configuration of a server with a certificate for a host that has one
// flaw. The server shows the whole chain, the root included, as DANE-TA wants it.
func (a *Authority) Issue(t testing.TB, flaw Flaw, host string) *tls.Config {
	t.Helper()
	leaf := &x509.Certificate{
		Subject: pkix.Name{CommonName: "server"}, DNSNames: []string{host},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	spoil(leaf, flaw, host)
	chain := []*issued{&a.intermediate, &a.root}
	switch flaw {
	case SelfSigned:
		chain = nil
	case UnknownIssuer:
		other := NewAuthority(t)
		chain = []*issued{&other.intermediate, &other.root}
	case IssuerNoCA:
		between := ca("no issuer")
		between.IsCA, between.KeyUsage = false, x509.KeyUsageDigitalSignature
		chain = append([]*issued{new(issue(t, between, chain[0]))}, chain...)
	case OutOfBounds:
		between := ca("bounded")
		between.PermittedDNSDomainsCritical, between.PermittedDNSDomains = true, []string{"elsewhere.example"}
		chain = append([]*issued{new(issue(t, between, chain[0]))}, chain...)
	case IssuerExpired:
		between := ca("expired")
		between.NotBefore, between.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		chain = append([]*issued{new(issue(t, between, chain[0]))}, chain...)
	}
	var made issued
	if len(chain) == 0 {
		made = issue(t, leaf, nil)
	} else {
		made = issue(t, leaf, chain[0])
	}
	if flaw == NoIntermediate {
		chain = nil
	}
	shown := [][]byte{made.cert.Raw}
	for _, c := range chain {
		shown = append(shown, c.cert.Raw)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: shown, PrivateKey: made.key}}, MinVersion: tls.VersionTLS12}
}

// spoil changes what a flaw changes in the certificate itself.
func spoil(leaf *x509.Certificate, flaw Flaw, host string) {
	now := time.Now()
	switch flaw {
	case Expired:
		leaf.NotBefore, leaf.NotAfter = now.Add(-2*time.Hour), now.Add(-time.Hour)
	case NotYetValid:
		leaf.NotBefore, leaf.NotAfter = now.Add(time.Hour), now.Add(2*time.Hour)
	case OtherName:
		leaf.DNSNames = []string{"other.example"}
	case AddressOnly:
		leaf.DNSNames, leaf.IPAddresses = nil, []net.IP{net.IPv4(127, 0, 0, 1)}
	case CommonNameOnly:
		leaf.DNSNames, leaf.Subject.CommonName = nil, host
	case PartialWildcard:
		leaf.DNSNames = []string{host[:1] + "*" + host[1:]}
	case DeepWildcard:
		leaf.DNSNames = []string{"*.example"}
	case ClientOnly:
		leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
}

func ca(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: "fakemx " + name}, KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
}

// issue signs a certificate by its issuer, or by itself when that is nil. Without
// dates it is valid for an hour.
func issue(t testing.TB, template *x509.Certificate, by *issued) issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		t.Fatal(err)
	}
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	if by == nil {
		by = &issued{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return issued{cert, key}
}
