package house_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"smtpserver/app/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var settingName = regexp.MustCompile(`\b(?:SMTPSERVER_[A-Z_]+|DATABASE_URL(?:_FILE)?|REDIS_URL(?:_FILE)?)\b`)

// No container runs here, so the files are held to the names that the program knows.
func TestDeploymentFilesNameSettings(t *testing.T) {
	t.Parallel()
	var known []string
	for _, s := range config.Settings() {
		known = append(known, s.Name)
		if s.Secret {
			known = append(known, s.Name+"_FILE")
		}
	}
	for _, file := range []string{"Dockerfile", "compose.yaml"} {
		for _, name := range settingName.FindAllString(read(t, file), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s sets %s, which the program does not know", file, name)
			}
		}
	}
}

var (
	dockerEnv   = regexp.MustCompile(`(?m)^(?:ENV|   ) ((?:SMTPSERVER)_[A-Z_]+)=(\S+)`)
	composeEnv  = regexp.MustCompile(`(?m)^    (SMTPSERVER_[A-Z_]+|DATABASE_URL_FILE|REDIS_URL): (.+)$`)
	composeRef  = regexp.MustCompile(`\$\{([A-Z_]+)(?::-([^}]*)|:\?[^}]*)\}`)
	publishPort = regexp.MustCompile(`"(?:[\d.]+:)?\d+:(\d+)"`)
)

// TestComposeSettingsLoad gives the program exactly what a container would get.
func TestComposeSettingsLoad(t *testing.T) {
	t.Parallel()
	secrets := t.TempDir()
	for name, value := range map[string]string{
		"secret_key":   strings.Repeat("k", 64),
		"database_url": "postgres://smtpserver:secret@postgres:5432/smtpserver?sslmode=disable",
	} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	typed := map[string]string{"PUBLIC_URL": "https://mail.example.com", "MAIL_HOSTNAME": "mail.example.com"}
	var environ []string
	for _, m := range dockerEnv.FindAllStringSubmatch(read(t, "Dockerfile"), -1) {
		environ = append(environ, m[1]+"="+m[2])
	}
	for _, m := range composeEnv.FindAllStringSubmatch(read(t, "compose.yaml"), -1) {
		value := composeRef.ReplaceAllStringFunc(m[2], func(ref string) string {
			parts := composeRef.FindStringSubmatch(ref)
			if v, ok := typed[parts[1]]; ok {
				return v
			}
			return parts[2]
		})
		environ = append(environ, m[1]+"="+strings.ReplaceAll(value, "/run/secrets", secrets))
	}
	c, err := config.Load(environ)
	if err != nil {
		t.Fatalf("the program refuses compose.yaml: %v\n%s", err, strings.Join(environ, "\n"))
	}
	if c.Embedded() || !strings.HasPrefix(c.DatabaseURL, "postgres://smtpserver:") || !c.HTTPS() || c.Delivery != config.MX || c.WebAddr != "0.0.0.0:8080" {
		t.Errorf("compose.yaml is not the scaled-out engine: %+v", c)
	}
}

func TestComposePublishesWhatTheImageExposes(t *testing.T) {
	t.Parallel()
	docker := read(t, "Dockerfile")
	exposed := strings.Fields(docker[strings.Index(docker, "\nEXPOSE ")+len("\nEXPOSE "):])
	ports := publishPort.FindAllStringSubmatch(read(t, "compose.yaml"), -1)
	if len(ports) == 0 {
		t.Error("compose.yaml publishes nothing")
	}
	for _, m := range ports {
		if !slices.Contains(exposed[:min(4, len(exposed))], m[1]) {
			t.Errorf("compose.yaml publishes port %s, which the image does not expose", m[1])
		}
	}
}

var (
	replicas = regexp.MustCompile(`(?m)^    command: \[(\w+)\]\n    depends_on: .*\n    deploy: \{replicas: (\d+)\}`)
	scaled   = regexp.MustCompile(`var layout = map\[string\]int\{(.*)\}`)
	ofPart   = regexp.MustCompile(`"(\w+)": (\d+)`)
)

// The layout that is tested under rolling restarts is the one that compose.yaml starts, and
// what it publishes is what the proxy listens on.
func TestComposeStartsTheLayout(t *testing.T) {
	t.Parallel()
	compose, proxy := read(t, "compose.yaml"), read(t, "app/cli/print/haproxy.cfg")
	tested := scaled.FindStringSubmatch(read(t, "app/e2e/scaled_test.go"))
	if tested == nil {
		t.Fatal("app/e2e/scaled_test.go has no layout")
	}
	want, got := map[string]string{}, map[string]string{}
	for _, m := range ofPart.FindAllStringSubmatch(tested[1], -1) {
		want[m[1]] = m[2]
	}
	for _, m := range replicas.FindAllStringSubmatch(compose, -1) {
		got[m[1]] = m[2]
	}
	if len(want) != 3 || !maps.Equal(got, want) {
		t.Errorf("compose.yaml starts %v, and %v are tested", got, want)
	}
	ports := publishPort.FindAllStringSubmatch(compose, -1)
	for _, m := range ports {
		if !strings.Contains(proxy, "    bind :"+m[1]+"\n") {
			t.Errorf("the proxy does not listen on %s, which compose.yaml publishes", m[1])
		}
	}
	if n := strings.Count(proxy, "    bind :"); n != len(ports) {
		t.Errorf("the proxy listens on %d ports, and %d are published", n, len(ports))
	}
	for _, line := range []string{"option httpchk GET /readyz", "server-template web 8 web:8080", "send-proxy-v2", "option forwardfor"} {
		if !strings.Contains(proxy, line) {
			t.Errorf("haproxy.cfg has lost %q", line)
		}
	}
}

// TestDeploymentIsTheSafeOne guards the lines that a careless edit would lose.
func TestDeploymentIsTheSafeOne(t *testing.T) {
	t.Parallel()
	for file, lines := range map[string][]string{
		"Dockerfile": {"USER 65532:65532", "VOLUME /data", "CGO_ENABLED=0", `ENTRYPOINT ["/smtpserver"]`},
		"compose.yaml": {
			"command: [migrate, up]", "command: [web]", "command: [smtp]", "command: [worker]",
			`--appendonly, "yes"`, "--maxmemory-policy, noeviction",
			"CREATE ROLE smtpserver LOGIN NOSUPERUSER NOBYPASSRLS", "condition: service_completed_successfully",
		},
	} {
		text := read(t, file)
		for _, line := range lines {
			if !strings.Contains(text, line) {
				t.Errorf("%s has lost %q", file, line)
			}
		}
	}
}
