// Package e2e starts the whole program as people do, the built binary with settings
// from the environment, and drives it from outside: with a browser's requests, mail
// clients, fake DNS, a scripted mail exchanger, and kill -9.
package e2e
