// Package terms keeps the operator's documents (terms of service, privacy page) as
// data: numbered versions with an effective date and a digest, and who accepted
// which of them.
//
// Which version is in force is computed from dates, never from whether a job ran.
// A stored version never changes; acceptances are only ever added.
package terms
