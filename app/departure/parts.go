package departure

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/sheet"
)

// Table is a part that is read from SQL, page by page in the order of its key.
type Table struct {
	File    string
	From    string // FROM clause; the account's alias is t
	Key     string // unique within the account
	Columns []string
}

// tables are what an export holds of the packages that exist. Secrets, hashes of
// tokens and sealed keys are in none of them.
var tables = []Table{
	{"account.csv", "accounts t", "t.account_id", []string{"slug", "name", "kind", "state", "created_at"}},
	{"profile.csv", "account_profiles t", "t.account_id", []string{"legal_name", "registration_number", "tax_number", "country", "street", "postcode", "city", "region", "contact_name", "billing_email", "time_zone", "language"}},
	{"members.csv", "members t JOIN users u ON u.user_id = t.user_id", "t.user_id", []string{"u.name", "u.email", "t.role", "t.created_at"}},
	{"domains.csv", "domains t", "t.domain_id", []string{"domain_id", "name", "state", "reason", "return_path", "verified_at", "created_at"}},
	{"dkim_records.csv", "dkim_keys t JOIN domains d ON d.account_id = t.account_id AND d.domain_id = t.domain_id", "t.Key_id", []string{"d.name", "t.selector", "t.state", "t.created_at", "t.retired_at"}},
	{"credentials.csv", "credentials t", "t.credential_id", []string{"credential_id", "name", "kind", "stream", "networks", "created_at", "last_used_at", "revoked_at"}},
	{"messages.csv", "messages t", "t.message_id", []string{"message_id", "stream", "mail_from", "header_from", "subject", "header_message_id", "tag", "metadata", "size", "recipients", "created_at"}},
	{"deliveries.csv", "deliveries t", "t.delivery_id", []string{"delivery_id", "message_id", "campaign_id", "recipient", "state", "reason", "last_reply", "attempts", "created_at", "final_at"}},
	{"days.csv", "account_days t", "t.day || t.stream", []string{"day", "stream", "messages", "accepted", "delivered", "bounced", "suppressed", "expired", "cancelled"}},
	{"domain_days.csv", "domain_days t", "t.day || t.domain_id || t.stream", []string{"day", "domain_id", "stream", "accepted"}},
	{"campaigns.csv", "campaigns t LEFT JOIN campaign_totals n ON n.account_id = t.account_id AND n.campaign_id = t.campaign_id", "t.campaign_id", []string{"t.campaign_id", "t.kind", "t.name", "t.state", "t.content", "t.started_at", "t.finished_at", "n.audience", "n.delivered", "n.bounced", "n.expired", "n.suppressed", "n.opted_out", "n.invalid", "n.duplicate", "n.skipped"}},
	{"automations.csv", "automations t", "t.automation_id", []string{"name", "recipe", "state", "from_name", "from_local", "created_at", "on_since"}},
	{"automation_steps.csv", "automation_steps t", "t.step_id", []string{"automation_id", "position", "wait_days", "content"}},
	{"templates.csv", "templates t JOIN template_versions v ON v.account_id = t.account_id AND v.template_id = t.template_id AND v.number = t.version", "t.template_id", []string{"t.name", "t.kind", "v.source", "t.updated_at"}},
	{"images.csv", "images t", "t.image_id", []string{"name", "type", "width", "height", "size", "token", "uploaded_at"}},
	{"suppressions.csv", "suppressions t", "t.address || ' ' || t.stream", []string{"address", "stream", "reason", "created_at"}},
	{"terms.csv", "terms_records t LEFT JOIN users u ON u.user_id = t.user_id", "t.record_id", []string{"t.act", "t.document", "t.number", "t.digest", "u.email", "t.channel", "t.ip", "t.user_agent", "t.at", "t.hash"}},
	{"person_requests.csv", "person_requests t", "t.request_id", []string{"address", "wish", "state", "asked_at", "due_at", "reason", "answered_at"}},
	{"member_acceptances.csv", "member_acceptances t LEFT JOIN users u ON u.user_id = t.user_id", "t.user_id || ' ' || t.document || ' ' || t.number", []string{"u.email", "t.document", "t.number", "t.digest", "t.ip", "t.user_agent", "t.at", "t.hash"}},
	{"plan.csv", "subscriptions t", "t.account_id", []string{"plan_id", "version", "currency", "every", "period_start", "period_end", "trial", "ends", "ended_on", "created_at"}},
	{"plan_move_notices.csv", "plan_move_notices t", "t.move_id", []string{"move_id", "told_on"}},
	{"caps.csv", "sending_caps t", "t.stream", []string{"stream", "deliveries"}},
	{"invoices.csv", "invoices t", "t.invoice_id", []string{"invoice_id", "kind", "number", "issued_on", "due_on", "currency", "net", "tax", "gross", "settled", "contents"}},
	{"payments.csv", "payments t", "t.payment_id", []string{"invoice_id", "amount", "method", "reference", "received_on"}},
	{"daily_limits.csv", "daily_limits t", "t.stream", []string{"stream", "deliveries"}},
	{"account_notes.csv", "account_notes t", "t.note_id", []string{"note", "written_name", "written_at"}},
	{"payment_method.csv", "payment_methods t", "t.account_id", []string{"customer", "method", "brand", "last4", "expires", "automatic", "created_at"}},
	{"charges.csv", "charges t", "t.charge_id", []string{"charge_id", "invoice_id", "way", "amount", "currency", "state", "reference", "code", "created_at"}},
	{"refunds.csv", "refunds t", "t.refund_id", []string{"charge_id", "invoice_id", "amount", "state", "reference", "reason", "created_at"}},
	{"disputes.csv", "disputes t", "t.dispute", []string{"dispute", "invoice_id", "amount", "state", "reason", "opened_on"}},
	{"standing.csv", "standings t", "t.account_id", []string{"level", "since", "until", "suspended", "stopped", "trusted"}},
	{"standing_steps.csv", "standing_steps t", "t.step_id", []string{"at", "kind", "level", "suspended", "stopped", "campaign_id", "stream", "figure", "period", "provider", "counted", "out_of", "threshold", "words", "way_out", "reason"}},
	{"standing_notes.csv", "(SELECT * FROM standing_notes WHERE kind IN ('appeal', 'answer')) t", "t.note_id", []string{"at", "kind", "text"}},
	{"support_grants.csv", "support_grants t", "t.grant_id", []string{"reason", "asked_name", "asked_at", "granted_at", "expires_at", "ended_at"}},
	{"audit.csv", "audit_events t", "t.event_id", []string{"at", "actor_kind", "actor_name", "behalf_of", "action", "object_id", "object_name", "old_values", "new_values", "ip", "user_agent"}},
}

// readAtOnce is how many rows are read in one statement.
const readAtOnce = 2000

// write writes the table as CSV.
func (s *Service) write(ctx context.Context, scope account.Scope, t Table, w io.Writer) error {
	heading := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heading[i] = c[strings.LastIndexByte(c, '.')+1:]
	}
	out := sheet.New(w, heading...)
	for after := ""; ; {
		rows, last, err := s.readTable(ctx, scope, t, after)
		if err != nil {
			return fmt.Errorf("departure: read %s: %w", t.File, err)
		}
		for _, cells := range rows {
			out.Row(cells...)
		}
		if len(rows) < readAtOnce {
			return out.Close()
		}
		after = last
	}
}

// Parts are all files of an export, those of other packages behind our own.
func (s *Service) parts() []Part {
	var parts []Part
	for _, t := range slices.Concat(tables, s.Tables) {
		parts = append(parts, Part{t.File, func(ctx context.Context, scope account.Scope, w io.Writer) error { return s.write(ctx, scope, t, w) }})
	}
	return append(parts, s.Extra...)
}
