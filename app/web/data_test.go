package web

import (
	"archive/zip"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

func exportIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	s, data := owner.site, "/a/"+owner.slug+"/settings/data"
	owner.post(data+"/export", nil).want(t, http.StatusSeeOther)
	mint := func(accountID id.ID) account.Scope {
		return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
	}
	if err := s.Departure.MakeDue(t.Context(), mint); err != nil {
		t.Fatal(err)
	}
	list, err := s.Departure.Exports(t.Context(), mint(s.accountOf(t, owner.slug)))
	if err != nil || len(list) == 0 || list[0].State != "ready" {
		t.Fatalf("%+v, %v", list, err)
	}
	return list[0].ID
}

func TestTakingTheDataAndLeaving(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	here := "/a/" + ada.slug
	data := here + "/settings/data"
	exportID := exportIn(t, ada)
	if page := ada.get(data).want(t, http.StatusOK); !strings.Contains(page.body, `data-state="ready"`) {
		t.Errorf("%s", text(page.body))
	}
	file := ada.get(data+"/exports/"+exportID.String()).want(t, http.StatusOK)
	archive, err := zip.NewReader(strings.NewReader(file.body), int64(len(file.body)))
	if err != nil || len(archive.File) < 10 {
		t.Fatalf("%v", err)
	}
	ada.post(data+"/close", url.Values{"confirm_name": {"no"}}).want(t, http.StatusUnprocessableEntity)
	ada.post(data+"/close", url.Values{"confirm_name": {"Ada's"}}).want(t, http.StatusSeeOther)
	ada.post(here+"/domains", url.Values{"domain": {"shop.example.com"}}).want(t, http.StatusConflict)
	if page := ada.get(here).want(t, http.StatusOK); !strings.Contains(page.body, "This account is closed.") {
		t.Error("no banner says that the account is closed")
	}
	ada.get(data+"/exports/"+exportID.String()).want(t, http.StatusOK)
	ada.post(data+"/reopen", nil).want(t, http.StatusSeeOther)
	ada.post(data+"/reopen", nil).want(t, http.StatusConflict)
	ada.post(here+"/domains", url.Values{"domain": {"shop.example.com"}}).want(t, http.StatusSeeOther)
}
