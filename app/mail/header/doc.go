// Package header reads, checks and rewrites the header section of a message
// (RFC 5322 §2.2). A field that nobody means to change is a slice of the message
// as it came, so that it leaves byte for byte as it was.
//
// A submitted message goes: [Parse] → [Section.Check], the rules of a header that
// we send under our name → [Section.Steer], the client's wishes → [Downgrade], a
// body that any server takes → [Section.Submit], the fields that go and come →
// [Section.Bytes]. Signing is last (package dkim).
package header
