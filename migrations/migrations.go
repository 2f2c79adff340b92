// Package migrations holds the schema's history, forward only.
//
// A file is named <time>_verb_noun.sql, or ends in .sqlite.sql or .postgres.sql
// when only one engine needs it. Four words are written per engine by package
// store: {{id}}, {{ts}}, {{bytes}} and {{json}}.
package migrations

import "embed"

// FS is every migration, in one folder.
//
//go:embed *.sql
var FS embed.FS
