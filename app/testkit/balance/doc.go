// Package balance is the proxy before a scaled-out installation, as small as one can be:
// requests and connections go in turn to the backends that are healthy, and where one
// cannot be reached to the next. It does what the proxy of compose.yaml is set to do.
package balance
