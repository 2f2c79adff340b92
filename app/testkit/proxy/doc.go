// Package proxy is a TCP proxy on loopback that misbehaves when it is told to: it
// delays, cuts into pieces, falls silent, resets. Tests put it between the program and
// a database, a queue or a mail exchanger (reliability.md F-17, F-21, F-46).
package proxy
