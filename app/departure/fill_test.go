package departure_test

import (
	"net/netip"

	"smtpserver/app/id"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/seed"
)

// fillTerms has the account accept the terms, and be told about them.
func (w *world) fillTerms(s seed.Account) {
	w.Helper()
	ctx, now, archive := w.Context(), w.store.Now(), terms.New(w.store)
	w.must(archive.Seed(ctx))
	v, err := archive.Current(ctx, terms.Service, now)
	w.must(err)
	w.must(archive.Record(ctx, v, terms.By{AccountID: s.ID, UserID: w.user, Channel: terms.SignUp, IP: netip.IPv6Loopback(), UserAgent: "Fox"}))
	w.must(archive.RecordMember(ctx, v, terms.By{AccountID: s.ID, UserID: w.user, IP: netip.IPv6Loopback(), UserAgent: "Fox"}))
	w.exec(`INSERT INTO email_changes (user_id, old_key, new_email, new_key, old_hash, new_hash, created_at, expires_at)
		VALUES (?, 'owner@zebra.example', 'new@zebra.example', 'new@zebra.example', 'o', 'n', ?, ?)`, w.user, now, now)
	w.exec(`INSERT INTO person_inquiries (inquiry_id, address, token_hash, created_at, expires_at, tell, erase)
		VALUES (?, 'owner@zebra.example', 't', ?, ?, ?, ?)`, id.New(), now, now, true, false)
	w.exec("INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, ?, ?, ?, ?)", s.ID, id.New(), v.Document, v.Number, false, now)
	w.exec(`INSERT INTO terms_mails (account_id, mail_id, document, number, kind, user_id, address, state, why, queued_at, settled_at)
		VALUES (?, ?, ?, ?, 'notice', ?, 'owner@zebra.example', 'undeliverable', '', ?, ?)`, s.ID, id.New(), v.Document, v.Number, w.user, now, now)
}

// fillBilling puts the account on a plan, with an invoice that is overdue and part paid.
func (w *world) fillBilling(s seed.Account) {
	w.Helper()
	now, one := w.store.Now(), id.New()
	w.exec("INSERT INTO plans (plan_id, public, position, version, created_at) VALUES (?, ?, 1, 1, ?)", one, true, now)
	w.exec("INSERT INTO plan_versions (plan_id, version, offer, created_at) VALUES (?, 1, '{}', ?)", one, now)
	w.exec(`INSERT INTO subscriptions (account_id, plan_id, version, currency, every, anchor, period_start, period_end, trial, next_version, next_every, ends, ended_on, revision, created_at)
		VALUES (?, ?, 1, 'EUR', 'month', 1, '2026-11-01', '2026-12-01', ?, 0, '', ?, '', 0, ?)`, s.ID, one, false, false, now)
	w.exec("INSERT INTO plan_moves (move_id, plan_id, version, effective_on, summary, made_by, made_at) VALUES (?, ?, 1, '2027-01-01', '', '', ?)", one, one, now)
	w.exec("INSERT INTO plan_move_notices (account_id, move_id, told_on) VALUES (?, ?, '2026-11-20')", s.ID, one)
	w.exec(`INSERT INTO invoices (account_id, invoice_id, kind, number, issued_on, due_on, period_start, period_end, currency, net, tax, gross, settled, contents, created_at)
		VALUES (?, ?, 'invoice', 1, '2026-11-01', '2026-11-15', '2026-11-01', '2026-12-01', 'EUR', 100, 19, 119, 19, '{}', ?)`, s.ID, one, now)
	w.exec("INSERT INTO invoice_papers (account_id, invoice_id, pdf) VALUES (?, ?, ?)", s.ID, one, []byte("%PDF"))
	w.exec(`INSERT INTO payments (account_id, payment_id, invoice_id, amount, method, reference, received_on, recorded_by, created_at)
		VALUES (?, ?, ?, 19, 'cash', '', '2026-11-02', '', ?)`, s.ID, one, one, now)
	w.exec(`INSERT INTO payment_methods (account_id, customer, details, method, brand, last4, expires, automatic, kept_at, method_at, revision, created_at)
		VALUES (?, 'cus_1', '', 'pm_1', 'visa', '4242', '2040-04', ?, ?, ?, 0, ?)`, s.ID, true, now, now, now)
	w.exec(`INSERT INTO charges (account_id, charge_id, invoice_id, way, amount, currency, customer, method, state, reference, session, code, revision, created_at, tried_at)
		VALUES (?, ?, ?, 'card', 19, 'EUR', 'cus_1', 'pm_1', 'paid', 'pi_1', '', '', 0, ?, ?)`, s.ID, one, one, now, now)
	w.exec(`INSERT INTO refunds (account_id, refund_id, charge_id, invoice_id, amount, state, reference, reason, asked_by, created_at, tried_at)
		VALUES (?, ?, ?, ?, 1, 'done', 're_1', 'kept', '', ?, ?)`, s.ID, one, one, one, now, now)
	w.exec(`INSERT INTO disputes (account_id, dispute, charge_id, invoice_id, amount, state, reason, answer_by, opened_on) VALUES (?, 'dp_1', ?, ?, 19, 'won', 'fraudulent', '', '2026-11-03')`, s.ID, one, one)
	w.exec("INSERT INTO sending_caps (account_id, stream, deliveries) VALUES (?, 'broadcast', 5)", s.ID)
	w.exec("INSERT INTO daily_limits (account_id, stream, deliveries) VALUES (?, 'broadcast', 5)", s.ID)
	w.exec("INSERT INTO account_notes (account_id, note_id, note, written_by, written_name, written_at) VALUES (?, ?, 'zebra calls on Mondays', ?, 'sam@operator.example', ?)", s.ID, one, one, now)
	w.exec("INSERT INTO usage_alerts (account_id, stream, period_start, percent, told_at) VALUES (?, 'broadcast', '2026-11-01', 50, ?)", s.ID, now)
	w.exec("INSERT INTO payment_steps (account_id, invoice_id, step, told_at) VALUES (?, ?, 1, ?)", s.ID, one, now)
}

// fillAudience puts a person into every table of contacts, and what belongs to sending.
func (w *world) fillAudience(s seed.Account) {
	w.Helper()
	now, one := w.store.Now(), id.New()
	const person = "kim@zebra-list.example"
	w.exec("INSERT INTO contact_totals (account_id, contacts) VALUES (?, 1)", s.ID)
	w.exec(`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
		VALUES (?, ?, ?, ?, 'Kim', 'kim', 'individual', '', '', '', '', '{}', 1, '', ?, ?)`, s.ID, one, person, person, now, now)
	w.exec("INSERT INTO contact_fields (account_id, field_id, key, label, kind, choices, created_at) VALUES (?, ?, 'zebra', 'zebra', 'text', '[]', ?)", s.ID, one, now)
	w.exec("INSERT INTO contact_values (account_id, field_id, contact_id, value) VALUES (?, ?, ?, 'zebra')", s.ID, one, one)
	w.exec("INSERT INTO topics (account_id, topic_id, name, name_key, description, created_at) VALUES (?, ?, 'zebra', 'zebra', '', ?)", s.ID, one, now)
	w.exec("INSERT INTO topic_choices (account_id, topic_id, address, choice, source, at) VALUES (?, ?, ?, 'in', 'hand', ?)", s.ID, one, person, now)
	w.exec("INSERT INTO lists (account_id, list_id, name, name_key, description, topic_id, members, created_at) VALUES (?, ?, 'zebra', 'zebra', '', ?, 1, ?)", s.ID, one, one, now)
	w.exec("INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) VALUES (?, ?, ?, '', ?)", s.ID, one, one, now)
	w.exec(`INSERT INTO consents (account_id, consent_id, address, kind, source, wording, subject, proof, ip, import_id, actor_id, at)
		VALUES (?, ?, ?, 'given', 'hand', 'zebra', '', '', '', '', '', ?)`, s.ID, one, person, now)
	w.exec(`INSERT INTO imports (account_id, import_id, file_name, state, reason, size, settings, header_key, consent, checked, counts, quality, rows_done, octets_done, stop, lease_owner, fence, created_by, created_at)
		VALUES (?, ?, 'zebra.csv', 'done', '', 1, '{}', '', 'zebra', '{}', '{}', '{}', 1, 1, ?, '', 0, ?, ?)`, s.ID, one, false, w.user, now)
	w.exec("INSERT INTO import_chunks (account_id, import_id, seq, data) VALUES (?, ?, 0, ?)", s.ID, one, []byte(person))
	w.exec("INSERT INTO import_outcomes (account_id, import_id, dry, first_row, codes) VALUES (?, ?, ?, 0, ?)", s.ID, one, false, []byte("a"))
	w.exec("INSERT INTO import_contacts (account_id, import_id, contact_id, revision, before) VALUES (?, ?, ?, 1, '{}')", s.ID, one, one)
	w.exec("INSERT INTO segments (account_id, segment_id, name, name_key, rules, counted, created_at, updated_at) VALUES (?, ?, 'zebra', 'zebra', '{}', 1, ?, ?)", s.ID, one, now, now)
	w.exec("INSERT INTO forms (account_id, form_id, list_id, wording, live, created_at) VALUES (?, ?, ?, 'zebra', ?, ?)", s.ID, one, one, true, now)
	w.exec(`INSERT INTO form_signups (account_id, signup_id, form_id, address, given, name, language, wording, token_hash, ip, asked_at)
		VALUES (?, ?, ?, ?, ?, 'Kim', 'en', 'zebra', 'h', '', ?)`, s.ID, one, one, person, person, now)
	w.exec(`INSERT INTO person_requests (account_id, request_id, inquiry_id, address, wish, state, asked_at, due_at, reason, answered_by, answer_hash)
		VALUES (?, ?, ?, ?, 'tell', 'open', ?, ?, 'zebra', '', '')`, s.ID, one, id.New(), person, now, now)
	w.exec("INSERT INTO erased_people (account_id, stream, address_hash, erased_at) VALUES (?, 'broadcast', 'h', ?)", s.ID, now)
	w.exec(`INSERT INTO campaigns (account_id, campaign_id, kind, name, audience, parent_id, follows, series_id, domain_id, from_name, from_local, reply_to, topic_id, content,
		track_opens, track_clicks, plan, test, winner, state, reason, asks, position, settled, lease_owner, fence, revision, created_by, created_at, changed_at)
		VALUES (?, ?, 'campaign', 'zebra', '{}', '', '', ?, '', 'Kim', '', '', '', '[]', ?, ?, '{}', '{}', -1, 'done', '', '', '', ?, '', 0, 1, ?, ?, ?)`, s.ID, one, one, true, true, true, w.user, now, now)
	w.exec("INSERT INTO campaign_totals (account_id, campaign_id) VALUES (?, ?)", s.ID, one)
	w.exec(`INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id)
		VALUES (?, ?, 1, ?, ?, '', 'skipped', 'zebra', 0, '')`, s.ID, one, one, person)
	w.exec("INSERT INTO mailing_parts (account_id, campaign_id, part, number) VALUES (?, ?, 'zebra', 1)", s.ID, one)
	w.exec(`INSERT INTO automations (account_id, automation_id, recipe, name, list_id, field_id, shift, yearly, hour, idle_days, domain_id, from_name, from_local, reply_to, topic_id,
		track_opens, track_clicks, state, place, revision, created_by, created_at, changed_at)
		VALUES (?, ?, 'welcome', 'zebra', ?, '', 0, ?, 0, 0, '', 'Kim', '', '', '', ?, ?, 'off', '', 1, ?, ?, ?)`, s.ID, one, one, false, false, false, w.user, now, now)
	w.exec("INSERT INTO automation_steps (account_id, automation_id, step_id, position, wait_days, content, revision) VALUES (?, ?, ?, 1, 0, '{}', 1)", s.ID, one, one)
	w.exec("INSERT INTO automation_campaigns (account_id, automation_id, step_id, round, revision, campaign_id) VALUES (?, ?, ?, '', 1, ?)", s.ID, one, one, one)
	w.exec(`INSERT INTO automation_people (account_id, automation_id, round, address, contact_id, position, state, why, entered_at, next_at)
		VALUES (?, ?, '', ?, ?, 1, 'finished', 'zebra', ?, ?)`, s.ID, one, person, one, now, now)
	w.exec("INSERT INTO automation_mails (account_id, automation_id, step_id, round, address, campaign_id, at) VALUES (?, ?, ?, '', ?, ?, ?)", s.ID, one, one, person, one, now)
	w.exec("INSERT INTO sending_guards (account_id, cause, stream, per_minute, words, free_at, since) VALUES (?, 'new', '', 60, 'zebra', ?, ?)", s.ID, now, now)
	w.exec("INSERT INTO standings (account_id, level, since, kept, suspended, stopped, trusted, counted_from, case_id) VALUES (?, 1, ?, ?, ?, ?, ?, '', ?)", s.ID, now, false, false, false, false, one)
	w.exec(`INSERT INTO standing_steps (account_id, step_id, case_id, kind, level, suspended, stopped, trusted, campaign_id, stream, figure, period, provider, counted, out_of, threshold, words, way_out, reason, staff, at)
		VALUES (?, ?, ?, 'warned', 1, ?, ?, ?, '', 'broadcast', 'bounces', '', '', 5, 100, 0.04, 'zebra', 'zebra', 'zebra', '', ?)`, s.ID, one, one, false, false, false, now)
	w.exec("INSERT INTO standing_cases (account_id, case_id, opened_by, opened_at) VALUES (?, ?, 'zebra', ?)", s.ID, one, now)
	w.exec("INSERT INTO standing_notes (account_id, note_id, case_id, kind, author, text, at) VALUES (?, ?, ?, 'appeal', '', 'zebra', ?)", s.ID, one, one, now)
	w.exec("INSERT INTO account_starts (account_id, rung, day, taken) VALUES (?, 0, '2026-11-01', 5)", s.ID)
	w.exec("INSERT INTO sign_up_origins (account_id, network, at) VALUES (?, 'zebra', ?)", s.ID, now)
	w.exec("INSERT INTO outcome_hours (account_id, hour, stream, provider, ended, hard, refused, complained) VALUES (?, '2026-11-01T10', 'broadcast', '', 1, 0, 0, 0) ON CONFLICT DO NOTHING", s.ID)
	w.exec("INSERT INTO sending_rates (account_id, kind, subject, per_minute, free_at) VALUES (?, 'account', '', 60, ?)", s.ID, now)
	var messageID string
	w.must(w.firstMessage(s.ID, &messageID))
	w.exec("INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at) VALUES (?, ?, 'click', 1, 'https://zebra.example/', 1, 0, 0, ?, ?)", s.ID, messageID, now, now)
	w.exec("INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count) VALUES (?, ?, 'all', '', 'click', 'human', 1, 1)", s.ID, one)
	w.exec("INSERT INTO tracking_switches (account_id, domain_id, stream, kind, wanted) VALUES (?, '', 'broadcast', 'open', ?)", s.ID, false)
	w.exec("INSERT INTO topic_suppressions (account_id, topic_id, address, created_at) VALUES (?, ?, ?, ?)", s.ID, one, person, now)
	w.exec("INSERT INTO notifications (account_id, delivery_id, action, message_id, due_at) VALUES (?, ?, 'failed', ?, ?)", s.ID, one, messageID, now)
	w.exec("INSERT INTO templates (account_id, template_id, name, name_key, kind, version, created_at, updated_at) VALUES (?, ?, 'zebra', 'zebra', 'html', 1, ?, ?)", s.ID, one, now, now)
	w.exec("INSERT INTO template_versions (account_id, template_id, number, source, restored, saved_by, saved_at) VALUES (?, ?, 1, '{\"body\": \"zebra\"}', 0, ?, ?)", s.ID, one, w.user, now)
	w.exec(`INSERT INTO images (account_id, image_id, token, name, type, width, height, size, digest, content, uploaded_at)
		VALUES (?, ?, 'zebra', 'zebra', 'image/png', 1, 1, 1, 'd', ?, ?)`, s.ID, one, []byte("zebra"), now)
	w.exec("INSERT INTO linked_identities (issuer, subject, user_id, provider, email, created_at, used_at) VALUES ('zebra', 's', ?, 'oidc', 'owner@zebra.example', ?, ?)", w.user, now, now)
	w.exec("INSERT INTO passkeys (passkey_id, user_id, credential_id, name, credential, created_at) VALUES (?, ?, 'zebra', 'zebra', ?, ?)", one, w.user, []byte("k"), now)
}
