package web

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"smtpserver/app/id"
	"smtpserver/app/testkit/services"
)

// large is how much is made up. A fifth of the events and two fifths of the contacts are
// the visited account's; the others share the rest.
type large struct {
	accounts, contacts, events int
	requests                   int
	large                      bool
}

// eventsEach is how many events a made-up delivery has: it was greylisted and tried again.
const eventsEach = 10

func largeSize(t *testing.T) large {
	t.Helper()
	return large{
		accounts: number(t, "TEST_LARGE_ACCOUNTS", 20), contacts: number(t, "TEST_LARGE_CONTACTS", 2000), events: number(t, "TEST_LARGE_EVENTS", 20_000),
		requests: number(t, "TEST_LARGE_REQUESTS", 1), large: os.Getenv("TEST_LARGE_REQUESTS") != "",
	}
}

func (l large) String() string {
	return fmt.Sprintf("%d accounts, %d contacts, %d events", l.accounts, l.contacts, l.events)
}

// settings make filling fast; commits stay as durable as the program asks for.
func (l large) settings() map[string]string {
	if !l.large {
		return nil
	}
	return map[string]string{
		"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "16GB", "checkpoint_timeout": "30min", "maintenance_work_mem": "1GB",
		"shared_buffers": "2GB", "max_parallel_maintenance_workers": "2", "autovacuum": "off", // ANALYZE comes at the end
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "200ms", "auto_explain.log_analyze": "on", "auto_explain.log_timing": "off", // in the server's log; a clock asked for each row would slow every page
	}
}

// filler makes rows up behind the product's back: as the superuser, without foreign keys.
type filler struct {
	*testing.T
	large
	conn    *pgx.Conn
	account id.ID
	things  map[string]id.ID
}

func (l large) fill(t *testing.T, pg *services.PostgresServer, ada *browser, things map[string]id.ID) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pg.AdminURL("large"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	f := &filler{t, l, conn, ada.site.accountOf(t, ada.slug), things}
	f.exec("SET session_replication_role = replica")
	f.step("accounts", f.cloneAccounts)
	f.step("contacts", f.makeContacts)
	f.step("messages", f.makeMessages)
	f.step("the rest", f.makeRest)
	f.step("statistics", func() { f.exec("VACUUM ANALYZE") })
	var size string
	if err := conn.QueryRow(t.Context(), "SELECT pg_size_pretty(pg_database_size(current_database()))").Scan(&size); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %s", l, size)
}

func (f *filler) step(name string, do func()) {
	f.Helper()
	began := time.Now()
	do()
	f.Logf("%s: %s", name, time.Since(began).Round(time.Millisecond))
}

func (f *filler) exec(sql string, args ...any) {
	f.Helper()
	if _, err := f.conn.Exec(f.Context(), sql, args...); err != nil {
		f.Fatalf("%v\n%s", err, sql)
	}
}

func (f *filler) texts(sql string, args ...any) []string {
	f.Helper()
	rows, err := f.conn.Query(f.Context(), sql, args...)
	if err != nil {
		f.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		f.Fatal(err)
	}
	return all
}

// apart are the tables that get rows of their own below, or whose rows say who may see what.
const apart = " accounts members account_owners messages message_bodies deliveries attempts events contacts list_members contact_totals account_days idempotency_keys visits notifications "

// cloneAccounts gives each made-up account what the visited one has: every table of an
// account, so that new ones are filled by themselves. What must differ between accounts
// gets the account's number.
func (f *filler) cloneAccounts() {
	f.exec("CREATE TABLE made AS SELECT n, '01' || lpad(n::text, 24, '0') AS account_id, '02' || lpad(n::text, 24, '0') AS user_id FROM generate_series(1, $1::int) n", f.accounts-1)
	f.exec("ALTER TABLE made ADD PRIMARY KEY (n)")
	f.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
		SELECT user_id, 'owner' || n || '@firm.example', 'owner' || n || '@firm.example', 'Owner ' || n, '!', false, 'system', now(), now(), now() - n * interval '1 minute' FROM made`)
	f.exec(`INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at)
		SELECT account_id, 'firm-' || n, 'Firm ' || n, 'business', CASE WHEN n % 100 = 7 THEN 'paused' ELSE 'active' END, now() - n * interval '1 minute', now() FROM made`)
	f.exec("INSERT INTO members (account_id, user_id, role, created_at) SELECT account_id, user_id, 'owner', now() FROM made")
	f.exec("INSERT INTO account_owners (account_id, user_id, role) SELECT account_id, user_id, 'owner' FROM made")
	for _, table := range f.texts("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id' AND table_name <> 'made' ORDER BY 1") {
		if !strings.Contains(apart, " "+table+" ") {
			f.clone(table)
		}
	}
}

func (f *filler) clone(table string) {
	var from []string
	columns := f.texts("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position", table)
	unique := strings.Join(f.texts(`SELECT a.attname || ':' || format_type(a.atttypid, NULL) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
		WHERE i.indrelid = $1::regclass AND i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_attribute b WHERE b.attrelid = i.indrelid AND b.attnum = ANY (i.indkey) AND b.attname = 'account_id')`, table), " ") + " "
	for _, c := range columns {
		switch {
		case c == "account_id":
			from = append(from, "made.account_id")
		case strings.Contains(unique, c+":bigint ") || strings.Contains(unique, c+":integer "):
			from = append(from, "x."+c+" + 1000 * made.n")
		case strings.Contains(unique, c+":text ") && c != "kind" && c != "method":
			from = append(from, "x."+c+" || made.n")
		case table == "domains" && c == "name", table == "domains" && c == "return_path":
			from = append(from, "'n' || made.n || '.' || x."+c)
		default:
			from = append(from, "x."+c)
		}
	}
	f.exec(fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %[1]s x CROSS JOIN made WHERE x.account_id = $1 ON CONFLICT DO NOTHING`, table, `"`+strings.Join(columns, `", "`)+`"`,
		strings.NewReplacer("x.position", `x."position"`, "x.number", `x."number"`).Replace(strings.Join(from, ", "))), f.account)
}

// withoutIndexes drops what only looks up, and builds it again afterwards.
func (f *filler) withoutIndexes(table string, do func()) {
	var again []string
	for _, one := range f.texts(`SELECT i.indexrelid::regclass || '|' || pg_get_indexdef(i.indexrelid) FROM pg_index i
		WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)`, table) {
		name, definition, _ := strings.Cut(one, "|")
		f.exec("DROP INDEX " + name)
		again = append(again, definition)
	}
	do()
	for _, definition := range again {
		f.exec(definition)
	}
}

// shares are who gets how much: the visited account and each other one.
func (f *filler) shares(total, percent int) (visited, each int) {
	visited = total * percent / 100
	return visited, (total - visited) / max(f.accounts-1, 1)
}

// owners is a WITH clause: the account of each made-up row, with its number in the account.
func (f *filler) owners(visited, each int) string {
	return fmt.Sprintf(`WITH g AS (SELECT '%s'::text AS account_id, 0 AS n, i FROM generate_series(0, %d) i
		UNION ALL SELECT made.account_id, made.n, i FROM made CROSS JOIN generate_series(0, %d) i)`, f.account, visited-1, each-1)
}

func (f *filler) makeContacts() {
	visited, each := f.shares(f.contacts, 40)
	list := string(f.things["/a/:slug/lists/:id"])
	f.withoutIndexes("contacts", func() {
		f.exec(f.owners(visited, each) + `INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
			SELECT account_id, '01kc000000000000' || lpad(i::text, 10, '0'), 'seed' || (i::bigint * 7919 % 10000019) || '@customer' || (i % 97) || '.example', 'seed', 'Person ' || i, 'person ' || i,
			CASE WHEN i % 1000 = 0 THEN 'corporate' ELSE 'individual' END, 'Firm ' || (i % 10000), 'firm ' || (i % 10000), CASE WHEN i % 100 = 0 THEN 'fr' ELSE 'en' END, 'Europe/Berlin', '{}', 1, '', now(), now() FROM g`)
	})
	f.exec(f.owners(visited, each)+`INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at)
		SELECT account_id, $1, '01kc000000000000' || lpad(i::text, 10, '0'), '', now() FROM g WHERE i % 2 = 0`, list)
	f.exec("INSERT INTO contact_totals (account_id, contacts) SELECT account_id, count(*) FROM contacts GROUP BY account_id ON CONFLICT (account_id) DO UPDATE SET contacts = excluded.contacts")
	f.exec("UPDATE lists SET members = (SELECT count(*) FROM list_members m WHERE m.account_id = lists.account_id AND m.list_id = lists.list_id)")
}

// makeMessages spreads messages over thirty days, one recipient each; a hundredth waits.
func (f *filler) makeMessages() {
	visited, each := f.shares(f.events/eventsEach, 20)
	domain := string(f.things["/a/:slug/domains/:id"])
	var days strings.Builder // the beginnings of ids, by day
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for d := range 30 {
		fmt.Fprintf(&days, "'%s',", id.At(today.AddDate(0, 0, d-30))[:14])
	}
	rows := func(n int) string {
		return strings.Replace(f.owners(visited, each), "WITH g AS", "WITH days AS (SELECT ARRAY["+strings.TrimSuffix(days.String(), ",")+"] AS of), h AS", 1) + fmt.Sprintf(
			`, g AS (SELECT h.account_id, h.n, h.i, d.at, days.of[1 + d.day] || lpad((h.n::bigint * %d + h.i)::text, 12, '0') AS message_id
			FROM h CROSS JOIN days CROSS JOIN LATERAL (SELECT (h.i::bigint * 30 / CASE WHEN h.n = 0 THEN %d ELSE %d END)::int AS day, date_trunc('day', now()) - interval '30 days' + h.i::bigint * 30 * interval '1 day' / CASE WHEN h.n = 0 THEN %[2]d ELSE %[3]d END AS at) d) `,
			max(visited, each)+1, visited, max(each, 1))
	}
	one := rows(1)
	f.exec(one+`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients, smtputf8, eight_bit,
		dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at, content_removed_at)
		SELECT account_id, message_id, CASE WHEN i % 3 = 0 THEN 'broadcast' ELSE 'transactional' END, $1, 'shop@shop.example', 'shop@shop.example', 'Order ' || i, i || '@shop.example', CASE WHEN i % 10 = 0 THEN 'order' ELSE '' END, '{}', 900, 1, false, false,
		'', '', '192.0.2.7', 'shop', 'TLS 1.3', at, at + interval '5 days', CASE WHEN i % 10 > 0 THEN at END FROM g`, domain)
	f.exec(one + `INSERT INTO message_bodies (account_id, message_id, content, encoding) SELECT account_id, message_id, convert_to('From: shop@shop.example' || E'\r\n' || 'Subject: Order ' || i || E'\r\n\r\nThank you.\r\n', 'UTF8'), '' FROM g WHERE i % 10 = 0`)
	f.withoutIndexes("deliveries", func() {
		f.exec(one+`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class, last_reply, attempts, ambiguous,
			notify, orcpt, due_at, lease_owner, fence, created_at, expires_at, final_at)
			SELECT account_id, message_id, message_id, CASE WHEN i % 3 = 0 THEN 'broadcast' ELSE 'transactional' END, $1, CASE WHEN i % 10 = 0 THEN 'order' ELSE '' END,
			'person' || i || '@customer' || (i % 5000) || '.example', 'person' || i || '@customer' || (i % 5000) || '.example', 'customer' || (i % 5000) || '.example',
			CASE WHEN i % 100 = 51 THEN 'deferred' WHEN i % 100 IN (3, 33, 73) THEN 'bounced' ELSE 'delivered' END, CASE WHEN i % 100 = 51 THEN 'It is busy.' ELSE 'Accepted.' END,
			CASE WHEN i % 100 = 51 THEN 'ours' WHEN i % 100 IN (3, 33, 73) THEN 'recipient' ELSE '' END, '250 2.0.0 Ok', 4, 0, '', '', now() + interval '300 days', '', 0, at, now() + interval '400 days',
			CASE WHEN i % 100 <> 51 THEN at + interval '10 minutes' END FROM g`, domain)
	})
	f.exec(one + `INSERT INTO attempts (account_id, attempt_id, message_id, host, remote_addr, local_addr, tls, selector, started_at, duration_us, transcript)
		SELECT account_id, message_id, message_id, 'mx.customer.example', '192.0.2.1:25', '192.0.2.9:40000', 'TLS 1.3', 's1', at, 41000, '[{"t":1,"s":"S","x":"220 mx ESMTP"},{"t":40,"s":"S","x":"250 2.0.0 Ok"}]' FROM g`)
	f.makeEvents(one)
	f.exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous)
		SELECT account_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), stream, count(*), count(*), count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state = 'bounced'), 0, 0, 0, 0
		FROM deliveries GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING`)
}

// makeEvents fills the largest table afresh: what is written into a table emptied in the
// same transaction needs no log.
func (f *filler) makeEvents(one string) {
	for _, sql := range []string{
		"BEGIN", "CREATE TEMP TABLE kept AS TABLE events", "TRUNCATE events", "ALTER TABLE events DROP CONSTRAINT events_pkey", "INSERT INTO events SELECT * FROM kept",
		one + fmt.Sprintf(`INSERT INTO events (account_id, event_id, message_id, delivery_id, attempt_id, kind, reason, reply, at, class)
			SELECT account_id, left(message_id, 24) || lpad(k::text, 2, '0'), message_id, message_id, message_id,
			CASE WHEN k = 0 THEN 'accepted' WHEN k < %[1]d THEN 'deferred' WHEN i %% 100 IN (3, 33, 73) THEN 'bounced' WHEN i %% 100 = 51 THEN 'deferred' ELSE 'delivered' END,
			CASE WHEN k = 0 THEN '' ELSE 'The server asked to come again.' END, CASE WHEN k = 0 THEN '' ELSE '451 4.7.1 try again later' END, at + k * interval '1 minute', '' FROM g CROSS JOIN generate_series(0, %[1]d) k`, eventsEach-1),
		"ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (account_id, message_id, event_id)", "COMMIT",
	} {
		f.exec(sql)
	}
}

// makeRest fills what has no account, and what one campaign of the visited account has.
func (f *filler) makeRest() {
	people := f.contacts / 50
	f.exec(`INSERT INTO subscribers (subscriber_id, address, given, language, state, left_by, confirmed_at)
		SELECT '03' || lpad(i::text, 24, '0'), 'reader' || i || '@example.org', 'Reader', 'en', 'confirmed', '', now() - i * interval '1 minute' FROM generate_series(1, $1::int) i ON CONFLICT DO NOTHING`, people)
	f.exec(`INSERT INTO staff_events (event_id, staff_id, staff_name, grant_id, topic, action, about_account, object_id, reason, ip, user_agent, at)
		SELECT '01kc' || lpad(i::text, 22, '0'), '04' || lpad('1', 24, '0'), 'sam@operator.example', '', topic, action, '01' || lpad((1 + i % $2::int)::text, 24, '0'), '', 'ticket', '192.0.2.3', '', now() - i * interval '1 minute'
		FROM generate_series(1, $1::int) i CROSS JOIN (SELECT topic, action FROM staff_events LIMIT 1) e`, people, f.accounts)
	f.exec(`INSERT INTO destinations (destination, state, connections, most, cause, step, updated_at)
		SELECT 'customer' || i || '.example', CASE WHEN i % 50 = 0 THEN 'limited' ELSE 'open' END, 2, 4, CASE WHEN i % 50 = 0 THEN 'It is busy.' ELSE '' END, 0, now() FROM generate_series(0, 4999) i ON CONFLICT DO NOTHING`)
	f.exec(`INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id)
		SELECT account_id, $2, row_number() OVER (), contact_id, address, 'Europe/Berlin', '', '', 0, '' FROM contacts WHERE account_id = $1 LIMIT 1000000`, f.account, string(f.things["/a/:slug/campaigns/:id"]))
}
