// Package report turns the runs of a benchmark into medians, ratios and tables:
// text for the terminal, Markdown for documents, JSON for programs.
package report
