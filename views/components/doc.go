// Package components is the parts that pages are made of. Each takes plain values
// and draws them; none knows what page it stands on.
package components
