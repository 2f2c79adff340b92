// Package submission accepts messages, from whichever door they come.
//
// Accept judges (may the account send as this? well-formed? within limits?), makes
// the header fit to leave (RFC 6409 §8), and stores the message with its
// deliveries, events and counters. Only when the commit is durable does it return;
// only then may a door say 250. Then it wakes the destinations.
//
// Commits are shared: messages that arrive while a commit is under way go into the
// next one together, so that one disk sync serves many connections.
package submission
