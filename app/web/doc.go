// Package web is the pages: the edge between browsers and the domain, and the only
// package that knows Fiber.
//
// Every page and action is one line of the table in routes.go: method, path, who
// may, handler. Nothing is registered elsewhere, so that tests which walk the table
// (forgery, isolation, headers) cover everything. A request passes, in this order:
//
//	outer    reference id, security headers, access log, panics, error pages
//	handle   shape of the input → session → forgery → who may → handler
//
// A handler parses, calls one domain function and renders; it is a method
// func(*request) error in a file named noun_verb.go. What it returns as error is
// translated to a page once, in errors.go, and never shows the error's own text.
package web
