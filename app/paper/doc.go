// Package paper prints PDF papers, such as certificates and invoices: a title, facts,
// tables and running text on A4.
//
// The same paper is the same octets, whenever and wherever it is printed: its date comes
// from who made it. Names print in Latin, Greek, Cyrillic, Armenian and Georgian letters;
// what the font lacks shows as an empty box and can still be copied as text.
package paper
