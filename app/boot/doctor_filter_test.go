package boot

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"smtpserver/app/config"
)

// The doctor tells whether the spam filter answers, where one is set.
func TestTheDoctorLooksAtTheFilter(t *testing.T) {
	t.Parallel()
	filter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ping" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer filter.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, c := range map[string]struct {
		url  string
		want []Colour
	}{
		"none":         {"", nil},
		"it answers":   {filter.URL, []Colour{Green}},
		"another page": {filter.URL + "/elsewhere", []Colour{Red}},
		"nobody":       {gone.URL, []Colour{Red}},
	} {
		found := examineFilter(t.Context(), &config.Config{RspamdURL: c.url})
		var colours []Colour
		for _, f := range found {
			colours = append(colours, f.Colour)
			if f.Colour == Red && f.Remedy == "" {
				t.Errorf("%s: no remedy", name)
			}
		}
		if len(colours) != len(c.want) || len(colours) > 0 && colours[0] != c.want[0] {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
