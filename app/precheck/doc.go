// Package precheck looks at a campaign before it is sent: is the domain authenticated, can
// people leave, do the links lead somewhere, will the mail be cut off, what does a spam
// filter say. Each check has a verdict, words for people, and what to do.
//
// Rules it keeps:
//
//	it never connects inwards   links are a stranger's choice: each address is judged
//	                            after DNS answered, and the very address that was judged
//	                            is dialled; each redirect is judged anew (W-02)
//	it is bounded               so many links, so long, so many octets of each
//	it knows no contacts        whoever has them hands in counts
//	unknown is not bad          a server that answers robots with 403 says nothing about
//	                            the link
//
// Only a Bad verdict keeps a campaign from starting: a mail that nobody can leave, without
// a postal address, or from a domain that is not proven.
package precheck
