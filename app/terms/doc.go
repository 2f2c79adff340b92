// Package terms keeps the operator's documents (terms of service, privacy, acceptable
// use, data processing) as data, and does by itself what the founding terms promise
// about changing them.
//
//	draft ── approved by a second person, announced ──▶ announced ──▶ in force ──▶ replaced
//	                                                        └──▶ withdrawn
//
// The rules it keeps, each of them held by the database, too (migrations/*guard_terms*):
//
//   - A version never changes. Which one is in force is computed from dates, never from
//     whether a job ran, and two are never in force.
//   - A material change takes effect thirty full days after the last required notice was
//     given: the portal shows it, and the mail to the owner was handed to the owner's
//     mail server, or could not be delivered for good. When mails take longer than
//     planned the effective date moves later by itself; it never moves earlier.
//   - Use on or after the effective date, after the notice, is acceptance: recorded once
//     for each account and version (Gate). An owner who objected before the date is never
//     counted as accepting; from the date on the account is open for export, a change of
//     mind and closing only.
//   - Records are only ever added, each sealed over the one before (record.go).
//
// Notices and reminders are owed as long as SQL says so (Courier): a lost queue, a killed
// worker or a week without power delays them and doubles none.
package terms
