// Package story shows every page with made-up data: full, empty, long and refused.
// `go run ./views/preview` serves it to designers; its browser test holds every
// story to the rules of the house: no violation that axe finds, nothing loaded
// from elsewhere, no page that scrolls sideways on a phone.
package story
