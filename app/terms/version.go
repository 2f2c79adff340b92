package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"smtpserver/app/id"
)

// Kind says how a version came to be.
type Kind string

// The kinds. A correction changes no meaning and takes effect without notice to owners.
const (
	Founding   Kind = "founding"
	Material   Kind = "material"
	Correction Kind = "correction"
)

// State is where a version is in its life, at a moment.
type State string

// The states, as pages say them.
const (
	Announced State = "announced"
	Effective State = "in force"
	Replaced  State = "replaced"
	Withdrawn State = "withdrawn"
)

// Version is one text of a document. But for the three facts that come later (the last
// notice, with it the effective date, and a withdrawal) it never changes.
type Version struct {
	Document    Document
	Number      int
	Kind        Kind
	Title       string
	Markdown    string
	Digest      string // SHA-256 of the Markdown, hexadecimal
	Summary     string // what changes, in plain words
	Reason      string // of a correction: why without notice
	EffectiveOn Date
	ToldOn      Date // what the notices said; EffectiveOn may be later
	DraftedBy   id.ID
	ApprovedBy  id.ID
	AnnouncedBy id.ID
	AnnouncedAt time.Time
	NotifiedAt  *time.Time // when the last required notice was given; nil: not yet
	WithdrawnAt *time.Time
}

// InForce reports whether the version has taken effect at a moment, in UTC.
func (v Version) InForce(now time.Time) bool {
	return v.WithdrawnAt == nil && v.NotifiedAt != nil && v.EffectiveOn <= DateOf(now)
}

// Open reports whether the version is announced and neither in force nor withdrawn.
func (v Version) Open(now time.Time) bool { return v.WithdrawnAt == nil && !v.InForce(now) }

// Moved reports whether the effective date is later than first announced.
func (v Version) Moved() bool { return v.EffectiveOn != v.ToldOn }

// Label names the version for people, "version 1 of 23 November 2026".
func (v Version) Label() string {
	return fmt.Sprintf("version %d of %s", v.Number, v.EffectiveOn.Long())
}

// StateAmong returns the version's state among all of its document.
func (v Version) StateAmong(all []Version, now time.Time) State {
	switch current, ok := inForce(all, now); {
	case v.WithdrawnAt != nil:
		return Withdrawn
	case !v.InForce(now):
		return Announced
	case ok && current.Number == v.Number:
		return Effective
	}
	return Replaced
}

// inForce returns the one version in force: the newest that has taken effect.
func inForce(all []Version, now time.Time) (found Version, ok bool) {
	for _, v := range all {
		if v.InForce(now) && (!ok || v.EffectiveOn > found.EffectiveOn) {
			found, ok = v, true
		}
	}
	return found, ok
}

// announced returns the one version that waits for its date.
func announced(all []Version, now time.Time) (found Version, ok bool) {
	for _, v := range all {
		if v.Open(now) {
			return v, true
		}
	}
	return found, false
}

func digest(markdown string) string {
	sum := sha256.Sum256([]byte(markdown))
	return hex.EncodeToString(sum[:])
}
