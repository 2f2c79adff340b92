// Package proc runs the servers that are measured and reads what they cost from
// the kernel's books: processor time of whole process trees, dead children
// included, and memory. Linux only, like the servers beside which we measure.
package proc
