// Package sink is an SMTP server that takes everything, counts it and throws it
// away, fast enough never to be what a benchmark measures. It looks for the
// final dot and, when it records, for X-Test-Id; it parses nothing else.
//
// With a record file it is the far end of the fault tests' oracle: every message
// is written down before it is answered, so that what a sink said yes to can be
// compared with what a client was promised.
package sink
