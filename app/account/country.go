package account

// Country is where an account has its seat.
type Country struct{ Code, Name string }

// Countries are those an account can choose, by name (ISO 3166-1).
var Countries = []Country{
	{"AL", "Albania"}, {"DZ", "Algeria"}, {"AD", "Andorra"}, {"AR", "Argentina"}, {"AM", "Armenia"},
	{"AU", "Australia"}, {"AT", "Austria"}, {"AZ", "Azerbaijan"}, {"BH", "Bahrain"}, {"BD", "Bangladesh"},
	{"BE", "Belgium"}, {"BO", "Bolivia"}, {"BA", "Bosnia and Herzegovina"}, {"BR", "Brazil"}, {"BG", "Bulgaria"},
	{"CA", "Canada"}, {"CL", "Chile"}, {"CN", "China"}, {"CO", "Colombia"}, {"CR", "Costa Rica"},
	{"HR", "Croatia"}, {"CY", "Cyprus"}, {"CZ", "Czechia"}, {"DK", "Denmark"}, {"DO", "Dominican Republic"},
	{"EC", "Ecuador"}, {"EG", "Egypt"}, {"SV", "El Salvador"}, {"EE", "Estonia"}, {"ET", "Ethiopia"},
	{"FI", "Finland"}, {"FR", "France"}, {"GE", "Georgia"}, {"DE", "Germany"}, {"GH", "Ghana"},
	{"GR", "Greece"}, {"GT", "Guatemala"}, {"HN", "Honduras"}, {"HK", "Hong Kong"}, {"HU", "Hungary"},
	{"IS", "Iceland"}, {"IN", "India"}, {"ID", "Indonesia"}, {"IE", "Ireland"}, {"IL", "Israel"},
	{"IT", "Italy"}, {"JM", "Jamaica"}, {"JP", "Japan"}, {"JO", "Jordan"}, {"KZ", "Kazakhstan"},
	{"KE", "Kenya"}, {"XK", "Kosovo"}, {"KW", "Kuwait"}, {"LV", "Latvia"}, {"LB", "Lebanon"},
	{"LI", "Liechtenstein"}, {"LT", "Lithuania"}, {"LU", "Luxembourg"}, {"MY", "Malaysia"}, {"MT", "Malta"},
	{"MU", "Mauritius"}, {"MX", "Mexico"}, {"MD", "Moldova"}, {"MC", "Monaco"}, {"ME", "Montenegro"},
	{"MA", "Morocco"}, {"NP", "Nepal"}, {"NL", "Netherlands"}, {"NZ", "New Zealand"}, {"NG", "Nigeria"},
	{"MK", "North Macedonia"}, {"NO", "Norway"}, {"OM", "Oman"}, {"PK", "Pakistan"}, {"PA", "Panama"},
	{"PY", "Paraguay"}, {"PE", "Peru"}, {"PH", "Philippines"}, {"PL", "Poland"}, {"PT", "Portugal"},
	{"QA", "Qatar"}, {"RO", "Romania"}, {"RW", "Rwanda"}, {"SM", "San Marino"}, {"SA", "Saudi Arabia"},
	{"SN", "Senegal"}, {"RS", "Serbia"}, {"SG", "Singapore"}, {"SK", "Slovakia"}, {"SI", "Slovenia"},
	{"ZA", "South Africa"}, {"KR", "South Korea"}, {"ES", "Spain"}, {"LK", "Sri Lanka"}, {"SE", "Sweden"},
	{"CH", "Switzerland"}, {"TW", "Taiwan"}, {"TZ", "Tanzania"}, {"TH", "Thailand"}, {"TN", "Tunisia"},
	{"TR", "Türkiye"}, {"UG", "Uganda"}, {"UA", "Ukraine"}, {"AE", "United Arab Emirates"}, {"GB", "United Kingdom"},
	{"US", "United States"}, {"UY", "Uruguay"}, {"UZ", "Uzbekistan"}, {"VE", "Venezuela"}, {"VN", "Vietnam"},
	{"ZM", "Zambia"}, {"ZW", "Zimbabwe"},
}

// CountryName is the name of a code, "" when it is none of the list.
func CountryName(code string) string {
	for _, c := range Countries {
		if c.Code == code {
			return c.Name
		}
	}
	return ""
}
