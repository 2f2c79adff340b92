// Package postfix runs a private Postfix to measure beside: Debian's package,
// unpacked and not installed, with its own directories on loopback, so that
// neither the system's /etc nor a Postfix of the machine is touched.
//
// What is measured is Debian's default behaviour: queue files synced before 250,
// default concurrency and process limits, log on. Where a choice had to be made,
// it was made in Postfix's favour: passwords are checked by a service of ours
// that speaks Dovecot's protocol and costs Postfix next to nothing, there is no
// DNS, no address rewriting tables, and no chroot to prepare.
//
// master starts as root only. The unprivileged users are ones that every Debian
// has; see users.go.
package postfix
