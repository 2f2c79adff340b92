// Package limit counts how often something happens, in SQL, so that a limit holds
// for all processes and survives a restart.
//
// A bucket is named "kind:subject", for example "sign_in:192.0.2.7". The subject is
// stored only as a keyed hash: who tried to sign in from where is nobody's to read.
//
// The estimate slides: the hits of the current window, plus the share of the window
// before that still lies within one window's length. It needs one row per bucket
// and is never laxer than twice the limit across a window's edge.
package limit
