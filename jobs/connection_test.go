package jobs

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/services"
)

// F-16: a Redis that may drop tasks silently is refused, with the setting's name.
func TestF16RedisPolicy(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]map[string]string{
		"good":            nil,
		"maxmemory":       {"maxmemory-policy": "allkeys-lru"},
		"appendonly":      {"appendonly": "no"},
		"volatile":        {"maxmemory-policy": "volatile-ttl"},
		"both appendonly": {"maxmemory-policy": "allkeys-random", "appendonly": "no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := services.OwnRedis(t, services.RedisOptions{Settings: settings})
			known, err := connect(t, redis.URL()).CheckPolicy(t.Context())
			if !known || (err != nil) != (settings != nil) {
				t.Errorf("known %v, %v", known, err)
			}
			for setting := range settings {
				if err != nil && !strings.Contains(err.Error(), setting) {
					t.Errorf("%v does not name %s", err, setting)
				}
			}
		})
	}
	if known, err := connect(t, "embedded").CheckPolicy(t.Context()); !known || err != nil {
		t.Errorf("embedded: %v, %v", known, err)
	}
}

// A Redis that is away is told as such; a URL that is none does not show its password.
func TestConnectErrors(t *testing.T) {
	t.Parallel()
	away := connect(t, "redis://127.0.0.1:1/0")
	if known, err := away.CheckPolicy(t.Context()); known || err == nil {
		t.Errorf("away: %v, %v", known, err)
	}
	for _, url := range []string{"", "http://user:hunter2@h/", "redis://user:hunter2@h:x/0", "redis://h/notanumber", "127.0.0.1:6379"} {
		if _, err := Connect(url, 1); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// Keys of the embedded queue expire, though its clock stands still by itself.
func TestEmbeddedTimePasses(t *testing.T) {
	t.Parallel()
	c := connect(t, "embedded")
	if err := c.client.Set(t.Context(), "k", "v", time.Second).Err(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		n, err := c.client.Exists(t.Context(), "k").Result()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a key lasts for ever")
		}
	}
}
