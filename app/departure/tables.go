package departure

// answer says what becomes of an erased account's rows in a table.
type answer string

const (
	erase answer = "erase"
	// keep is for what the law asks for, and for what names the account as gone.
	keep answer = "keep"
)

// Answers are the tables with an account_id and what erasure does with them, in an
// order that references allow. A table without an answer fails a test.
var answers = []struct {
	table  string
	answer answer
	why    string // what is kept is kept for this
}{
	{"person_requests", erase, ""},
	{"erased_people", erase, ""},
	{"form_signups", erase, ""},
	{"forms", erase, ""},
	{"import_contacts", erase, ""},
	{"import_outcomes", erase, ""},
	{"import_chunks", erase, ""},
	{"imports", erase, ""},
	{"list_members", erase, ""},
	{"lists", erase, ""},
	{"segments", erase, ""},
	{"topic_choices", erase, ""},
	{"topics", erase, ""},
	{"contact_values", erase, ""},
	{"contact_fields", erase, ""},
	{"consents", erase, ""},
	{"contacts", erase, ""},
	{"contact_totals", erase, ""},
	{"template_versions", erase, ""},
	{"templates", erase, ""},
	{"images", erase, ""},
	{"mailing_parts", erase, ""},
	{"automation_mails", erase, ""},
	{"automation_people", erase, ""},
	{"automation_campaigns", erase, ""},
	{"automation_steps", erase, ""},
	{"automations", erase, ""},
	{"campaign_recipients", erase, ""},
	{"campaign_totals", erase, ""},
	{"campaigns", erase, ""},
	{"notifications", erase, ""},
	{"sending_rates", erase, ""},
	{"sending_guards", erase, ""},
	{"standing_notes", erase, ""},
	{"standing_cases", erase, ""},
	{"standing_steps", erase, ""},
	{"standings", erase, ""},
	{"account_starts", erase, ""},
	{"sign_up_origins", erase, ""},
	{"outcome_hours", erase, ""},
	{"export_chunks", erase, ""},
	{"exports", erase, ""},
	{"payment_steps", erase, ""},
	{"sending_caps", erase, ""},
	{"usage_alerts", erase, ""},
	{"plan_move_notices", erase, ""},
	{"subscriptions", erase, ""},
	{"account_notes", erase, ""},
	{"daily_limits", erase, ""},
	{"support_views", erase, ""},
	{"support_grants", erase, ""},
	{"visits", erase, ""},
	{"visit_counts", erase, ""},
	{"tracking_switches", erase, ""},
	{"topic_suppressions", erase, ""},
	{"events", erase, ""},
	{"attempts", erase, ""},
	{"deliveries", erase, ""},
	{"message_bodies", erase, ""},
	{"idempotency_keys", erase, ""},
	{"messages", erase, ""},
	{"account_days", erase, ""},
	{"domain_days", erase, ""},
	{"suppressions", erase, ""}, // hashed into erased_suppressions before
	{"credentials", erase, ""},
	{"domain_records", erase, ""},
	{"dkim_keys", erase, ""},
	{"domains", erase, ""}, // their claims before
	{"invitations", erase, ""},
	{"ownership_transfers", erase, ""},
	{"account_owners", erase, ""},
	{"members", erase, ""},
	{"account_profiles", erase, ""},
	{"audit_events", erase, ""},
	{"account_closures", erase, ""},
	{"terms_mails", erase, ""},
	{"terms_notices", keep, "evidence that the account was told"},
	{"terms_records", keep, "evidence of the contract"},
	{"member_acceptances", keep, "evidence of the contract"},
	{"refunds", keep, "bookkeeping: the law asks for years"},
	{"disputes", keep, "bookkeeping: the law asks for years"},
	{"charges", keep, "bookkeeping: the law asks for years; the provider's names of payer and card go"},
	{"payment_methods", keep, "until the payment provider has forgotten the card, minutes later (billing.Collect)"},
	{"payments", keep, "bookkeeping: the law asks for years"},
	{"invoice_papers", keep, "bookkeeping: the law asks for years"},
	{"invoices", keep, "bookkeeping: the law asks for years"},
	{"erasures", keep, "says that and when the account was erased"},
	{"accounts", keep, "the name is replaced; what is kept refers to it"},
}

// Answers maps each table with an account_id to whether erasure keeps its rows.
func Answers() map[string]bool {
	kept := map[string]bool{}
	for _, a := range answers {
		kept[a.table] = a.answer == keep
	}
	return kept
}
