// Package load generates SMTP submissions and measures the answers.
//
// It is built to cost far less than the servers that it measures: bodies are
// made once, each connection reuses its buffers, and replies are read in place.
// It is also the client of the fault tests: with a Ledger it writes down what
// every message was answered before it sends the next one, so that a message
// which got 250 and is nowhere later is proven lost (the oracle of the faults).
//
// A message is never sent twice: after a failure the next one gets a new
// X-Test-Id, so that two copies at a sink are always the server's doing.
package load
