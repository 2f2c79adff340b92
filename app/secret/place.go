package secret

// Place is a column of the database that holds sealed values, so that all of them can be
// sealed anew.
type Place struct {
	Table, Column string
	Row           []string                  // columns that name a row
	Purpose       func(row []string) string // by their values
}
