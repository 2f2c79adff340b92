// Package newsletter is the operator's own mail: who signed up for its newsletter, which
// owners want its news, and whom one of its mailings reaches.
//
// Rules it keeps:
//
//	two clicks                a form that was sent in subscribes nobody; only the signed
//	                          link of the mail does, by a button (RFC 8058's reason: programs
//	                          follow links)
//	evidence                  what a person read, when and from where they agreed, is kept and
//	                          never changed; forms that nobody confirmed are forgotten
//	customers' lists stay     audiences are made of account owners and subscribers; this
//	                          package cannot name a contact, nor can what it imports (promise 6)
//	news are not notices      a refusal stops mailings. Notices of terms and mail about the
//	                          account go on: they are owed
//	by address and by person  who left by a mail's link stays away by address; an owner stays
//	                          away by person too, when they change their address
//
// A subscriber lives: asked (evidence only) → confirmed → left, by the link of a mail →
// confirmed again by a new form, or removed by staff with a reason.
package newsletter
