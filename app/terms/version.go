package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Document names one of the operator's documents.
type Document string

// The documents. Only the terms are accepted; the privacy page informs.
const (
	Service Document = "terms"
	Privacy Document = "privacy"
)

// Version is one text of a document.
type Version struct {
	Document    Document
	Number      int
	EffectiveOn Date
	Title       string
	Markdown    string
	Digest      string // SHA-256 of the Markdown, hexadecimal
}

// InForce reports whether the version has taken effect, in UTC.
func (v Version) InForce(now time.Time) bool { return v.EffectiveOn <= DateOf(now) }

// Date is a calendar day, "2006-01-02"; dates compare as strings.
type Date string

// DateOf returns the UTC day of a moment.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Long returns the date as people write it, "23 November 2026".
func (d Date) Long() string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("2 January 2006")
}

func digest(markdown string) string {
	sum := sha256.Sum256([]byte(markdown))
	return hex.EncodeToString(sum[:])
}

// Label names the version for people, "version 1 of 23 November 2026".
func (v Version) Label() string {
	return fmt.Sprintf("version %d of %s", v.Number, v.EffectiveOn.Long())
}
