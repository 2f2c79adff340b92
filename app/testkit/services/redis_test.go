package services_test

import (
	"testing"

	"smtpserver/app/testkit/services"
)

func do(t *testing.T, r *services.RedisServer, want string, commands ...string) {
	t.Helper()
	got, err := r.Do(t.Context(), commands...)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%s answered %q, want %q", commands, got, want)
	}
}

func TestRedisServer(t *testing.T) {
	t.Parallel()
	r := services.OwnRedis(t, services.RedisOptions{Settings: map[string]string{"appendfsync": "always"}})
	ctx := t.Context()

	do(t, r, "OK", "SET key value")
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Do(ctx, "PING"); err == nil {
		t.Error("a killed server still answers")
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, r, "value", "GET key") // the append-only file brought it back

	if err := r.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, r, "value", "GET key")

	if err := r.Lose(); err == nil {
		t.Error("Lose took the files of a running server")
	}
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := r.Lose(); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, r, "0", "EXISTS key")

	do(t, r, "OK", "SELECT 7", "SET key value")
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	do(t, r, "0", "SELECT 7", "EXISTS key")
}

func TestRedisServerSettings(t *testing.T) {
	t.Parallel()
	r := services.OwnRedis(t, services.RedisOptions{Settings: map[string]string{"maxmemory-policy": "allkeys-lru"}})
	if _, err := r.Do(t.Context(), "NONSENSE"); err == nil {
		t.Error("an error reply is no error")
	}
	info, err := r.Do(t.Context(), "CONFIG GET maxmemory-policy")
	if err != nil || info != "*2" {
		t.Fatal(info, err)
	}
}
