// Package demo fills a fresh installation with an account that looks lived in: for
// trying, screenshots and page benchmarks. The same seed gives the same names and
// figures. All addresses lie under reserved domains (RFC 2606), so that nothing of it
// could reach a person, and a database that has real accounts is refused.
package demo
