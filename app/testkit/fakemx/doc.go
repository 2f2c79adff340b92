// Package fakemx is a scripted, recording mail exchanger on loopback, for tests and
// for programs that need a far end. It is strict in one way only: it keeps the exact
// octets it was sent.
//
// A Script is asked at every Phase of a session and may answer, delay, drip, drop,
// reset or say something that is not SMTP. Without a script the server takes
// everything. A script that blocks holds the session where it is, which lets a test
// aim a fault at a phase.
package fakemx
