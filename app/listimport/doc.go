// Package listimport brings lists in by file: whole, fast, explained row by row, and
// reversible.
//
// An import lives:
//
//	uploading   pieces of the file are stored as they arrive; an upload that ends early
//	            leaves nothing
//	mapping     format, encoding, delimiter and heading are detected and can be corrected;
//	            the person says what each column is, how these people agreed, and what
//	            happens to contacts that are there
//	checking    the dry run: every row is judged as the import would, nothing is changed
//	checked     the counts are shown; held when more than 5 % of the rows are invalid,
//	            until the person decides
//	importing   rows are stored in batches; each batch commits its contacts, one octet of
//	            outcome per row, the counts and where to go on, in one transaction: a
//	            killed process costs the batch it was in and nothing is done twice
//	done        or cancelled: what was stored stays; for 30 days it can be undone
//	undone      what was added and not touched since is gone, what was overwritten is back
//
// Rules it keeps: rows of the file = added + updated + unchanged + duplicate + suppressed
// + rejected, to the unit (the octets of the outcomes say which is which, and the
// downloads are made from them and the file itself). The first of several rows with one
// address counts. Who is suppressed or opted out is never brought back. A file is read as
// a stream: of 200 MB, at most 1 MiB of one row is in memory.
//
// Any process may go on where another died: the file lies in SQL, in pieces, and work is
// claimed under a lease with a fencing token.
package listimport
