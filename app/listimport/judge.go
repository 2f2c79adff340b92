package listimport

import (
	"strings"

	"smtpserver/app/contact"
	"smtpserver/app/mail/address"
)

// judge turns rows into contacts, or says why not. It knows nothing of what is stored.
type judge struct {
	columns []string
	fields  []contact.Field
	dead    map[string]bool // domains that take no mail
}

// row judges one row. The code is 0 when the contact can be taken; what it is for lies
// with the store then.
func (j *judge) row(r record) (contact.Contact, Code) {
	if r.problem != 0 {
		return contact.Contact{}, r.problem
	}
	for i := len(j.columns); i < len(r.cells); i++ {
		if strings.TrimSpace(r.cells[i]) != "" {
			return contact.Contact{}, TooManyCells
		}
	}
	d := j.draft(r.cells)
	if d.Email == "" {
		return contact.Contact{}, NoAddress
	}
	c, problems := d.Check(j.fields)
	if code := j.problem(problems); code != 0 {
		return contact.Contact{}, code
	}
	if code := hygiene.judge(c.Address); code != 0 {
		return contact.Contact{}, code
	}
	if j.dead[domainOf(c.Address)] {
		return contact.Contact{}, DeadDomain
	}
	return c, 0
}

func (j *judge) draft(cells []string) (d contact.Draft) {
	for i, part := range j.columns {
		if i >= len(cells) || part == "" {
			continue
		}
		cell := PlainCell(strings.TrimSpace(cells[i]))
		switch part {
		case contact.PartEmail:
			if d.Email == "" {
				d.Email = bare(cell)
			}
		case contact.PartName:
			d.Name = strings.TrimSpace(d.Name + " " + cell) // first and last name may be two columns
		case contact.PartKind:
			d.Kind = cell
		case contact.PartCompany:
			d.Company = cell
		case contact.PartLanguage:
			d.Language = cell
		case contact.PartTimeZone:
			d.TimeZone = cell
		default:
			if key, ok := strings.CutPrefix(part, contact.PartField); ok && cell != "" {
				if d.Attributes == nil {
					d.Attributes = map[string]string{}
				}
				d.Attributes[key] = cell
			}
		}
	}
	return d
}

// bare takes the address out of what mail programs write: mailto: links and names with
// the address in angle brackets.
func bare(cell string) string {
	if len(cell) > 7 && strings.EqualFold(cell[:7], "mailto:") {
		cell = cell[7:]
	}
	if strings.HasSuffix(cell, ">") {
		if named, err := address.ParseList(cell); err == nil && len(named) == 1 {
			return named[0].String()
		}
	}
	return cell
}

// problem picks, of what is wrong with a row, the first that counts.
func (j *judge) problem(problems map[string]string) Code {
	if len(problems) == 0 {
		return 0
	}
	for _, p := range []struct {
		part string
		code Code
	}{
		{contact.PartEmail, BadAddress}, {contact.PartName, BadName}, {contact.PartKind, BadKind},
		{contact.PartCompany, BadCompany}, {contact.PartLanguage, BadLanguage}, {contact.PartTimeZone, BadTimeZone},
	} {
		if problems[p.part] != "" {
			return p.code
		}
	}
	return BadField
}

// explain is the reason of a row in its own words, for the download.
func (j *judge) explain(r record, code Code) string {
	reason := code.Reason()
	if r.problem != 0 {
		return reason
	}
	d := j.draft(r.cells)
	switch code {
	case TypoDomain:
		return reason + ": perhaps " + hygiene.meant(d.Email) + " was meant"
	case BadField:
		if _, problems := d.Check(j.fields); len(problems) > 0 {
			for _, f := range j.fields {
				if text := problems[contact.PartField+f.Key]; text != "" {
					return reason + ": " + text
				}
			}
		}
	}
	return reason
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

func localOf(address string) string {
	local, _, _ := strings.Cut(address[:strings.LastIndexByte(address, '@')], "+")
	return local
}
