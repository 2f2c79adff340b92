package listimport

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"smtpserver/app/contact"
	"smtpserver/app/mail/address"
)

// names of columns as lists write them, folded, for guessing.
var columnNames = map[string]string{
	"email": contact.PartEmail, "e-mail": contact.PartEmail, "e mail": contact.PartEmail, "email address": contact.PartEmail, "e-mail address": contact.PartEmail, "email_address": contact.PartEmail,
	"mail": contact.PartEmail, "address": contact.PartEmail, "emailadresse": contact.PartEmail, "e-mail-adresse": contact.PartEmail, "e-mail adresse": contact.PartEmail, "courriel": contact.PartEmail, "adresse e-mail": contact.PartEmail, "correo": contact.PartEmail, "correo electrónico": contact.PartEmail,
	"name": contact.PartName, "full name": contact.PartName, "full_name": contact.PartName, "fullname": contact.PartName, "first name": contact.PartName, "first_name": contact.PartName, "firstname": contact.PartName,
	"last name": contact.PartName, "last_name": contact.PartName, "lastname": contact.PartName, "vorname": contact.PartName, "nachname": contact.PartName, "nom": contact.PartName, "prénom": contact.PartName, "nombre": contact.PartName, "apellido": contact.PartName, "apellidos": contact.PartName,
	"company": contact.PartCompany, "company name": contact.PartCompany, "organisation": contact.PartCompany, "organization": contact.PartCompany, "firma": contact.PartCompany, "unternehmen": contact.PartCompany, "entreprise": contact.PartCompany, "société": contact.PartCompany, "empresa": contact.PartCompany,
	"kind": contact.PartKind, "type": contact.PartKind, "art": contact.PartKind,
	"language": contact.PartLanguage, "lang": contact.PartLanguage, "locale": contact.PartLanguage, "sprache": contact.PartLanguage, "langue": contact.PartLanguage, "idioma": contact.PartLanguage,
	"time zone": contact.PartTimeZone, "time_zone": contact.PartTimeZone, "timezone": contact.PartTimeZone, "zeitzone": contact.PartTimeZone, "fuseau horaire": contact.PartTimeZone,
}

// guessColumns says what each column probably is, by its name, else by what is in it.
func guessColumns(names []string, sample [][]string, fields []contact.Field) []string {
	columns := make([]string, len(names))
	hasEmail := false
	for i, name := range names {
		folded := contact.Fold(name)
		part := columnNames[folded]
		if part == contact.PartEmail && hasEmail {
			part = ""
		}
		hasEmail = hasEmail || part == contact.PartEmail
		for _, f := range fields {
			if part == "" && (folded == f.Key || folded == contact.Fold(f.Label)) {
				part = contact.PartField + f.Key
			}
		}
		columns[i] = part
	}
	if !hasEmail {
		guessAddress(columns, sample)
	}
	return columns
}

// guessAddress takes the first column whose cells are addresses for the most part.
func guessAddress(columns []string, sample [][]string) {
	for i := range columns {
		good := 0
		for _, row := range sample {
			if i < len(row) {
				if _, err := address.Parse(strings.TrimSpace(row[i])); err == nil {
					good++
				}
			}
		}
		if good > len(sample)/2 {
			columns[i] = contact.PartEmail
			return
		}
	}
}

// headerKey tells headings apart, so that a mapping is remembered for the next such file.
func headerKey(names []string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(names, "\x00"))))
	return hex.EncodeToString(sum[:16])
}
