// Package reseal seals everything anew after SECRET_KEY was replaced, so that the key
// before it can be forgotten. The program may run meanwhile: it opens with both keys.
package reseal
