// Package identity is about people: how they sign up, prove their address, sign in,
// stay signed in and get back in.
//
// Rules it keeps:
//   - Nobody learns from an answer, its time or its status whether an address is
//     registered (H-07). Only the mailbox's owner is told, by mail.
//   - Passwords are stored as argon2id hashes with bounded concurrency; every token
//     (session, confirmation, reset) is 160 random bits, stored hashed, used once.
//   - A session's token is new after every sign-in, and a new password ends all
//     other sessions (ASVS 7.2.4, 7.4.3).
//   - Signing up is one transaction: user, account, ownership, acceptance of the
//     terms and the confirmation mail are all stored, or nothing is.
//
// A user's life: signed up (may sign in and look) → address confirmed (may act).
package identity
