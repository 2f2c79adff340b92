// Package services runs the real outside programs that tests and benchmarks
// need: PostgreSQL, Redis, and whatever else Find looks up. Nothing here talks
// to a server that it did not start or was not pointed at.
//
// There are two ways in.
//
//   - A test that only needs a database calls Postgres(t) or Redis(t). They use
//     the shared server named by TEST_POSTGRES_URL or TEST_REDIS_URL, which
//     `make test` starts, and give each test a database of its own. Without the
//     variable the test is skipped with the reason; with
//     TEST_REQUIRE_SERVICES=1, as in CI, it fails instead.
//   - A test that breaks things calls OwnPostgres(t) or OwnRedis(t) and gets a
//     server to itself, which it may kill, pause, restart and flush. Programs
//     without a testing.TB (the bench, the test runner) call StartPostgres and
//     StartRedis.
//
// Every server listens on 127.0.0.1 only, keeps its files in one temporary
// directory, and dies with the process that started it.
package services
