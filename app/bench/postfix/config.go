package postfix

import (
	"fmt"
	"path/filepath"
	"strings"
)

// mainCF is the smallest configuration of a submission server that relays to
// one host. What is not named here has the default that Debian ships.
func (i *Instance) mainCF() string {
	lib := filepath.Join(i.root, "usr/lib/postfix")
	lines := []string{
		"compatibility_level = 3.6",
		"config_directory = " + i.path("conf"),
		"meta_directory = " + i.path("conf"),
		"queue_directory = " + i.path("queue"),
		"data_directory = " + i.path("data"),
		"daemon_directory = " + filepath.Join(lib, "sbin"),
		"command_directory = " + filepath.Join(i.root, "usr/sbin"),
		"shlib_directory = " + lib,
		"import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH",
		"mail_owner = " + i.identity.owner,
		"setgid_group = " + i.identity.group,
		"default_privs = nobody",

		"myhostname = postfix.bench.example",
		"mydestination =",
		"inet_interfaces = 127.0.0.1",
		"inet_protocols = ipv4",
		"mynetworks = 127.0.0.0/8", // also frees loopback from limits per client
		"alias_maps =",
		"alias_database =",
		"local_transport = error:no local delivery",
		"relayhost = " + i.relayhost(),
		"smtp_dns_support_level = disabled",
		"smtp_tls_security_level =",
		"smtpd_tls_cert_file = " + i.path("cert.pem"),
		"smtpd_tls_key_file = " + i.path("key.pem"),
		"smtpd_tls_security_level = may",
		"smtpd_tls_loglevel = 0",
		"smtpd_sasl_type = dovecot",
		"smtpd_sasl_path = " + i.path("auth"),
	}
	if !i.options.Quiet {
		lines = append(lines, "maillog_file_prefixes = "+i.dir, "maillog_file = "+i.path("log"))
	}
	if i.signer != nil {
		lines = append(lines, "smtpd_milters = unix:"+i.milterSocket(), "milter_default_action = tempfail")
	}
	return strings.Join(lines, "\n") + "\n"
}

// relayhost spells host:port in Postfix's way: the brackets mean no MX look-up.
func (i *Instance) relayhost() string {
	host, port, _ := strings.Cut(i.options.Relay, ":")
	return "[" + host + "]:" + port
}

// masterCF is Debian's, without chroot and without the services that a relay
// has no use for. Submission demands TLS and AUTH, as on port 587.
func (i *Instance) masterCF() string {
	return fmt.Sprintf(`%s inet n - n - - smtpd
 -o smtpd_tls_security_level=encrypt
 -o smtpd_sasl_auth_enable=yes
 -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`, i.addr)
}
