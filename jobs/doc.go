// Package jobs is the background edge: Asynq tasks on Redis, or on a Redis inside
// the process when there is none.
//
// The queue only wakes; the database is the truth (architecture.md §6). A task
// carries names and ids, never content. Losing all of Redis costs seconds,
// because the sweeper finds due work in SQL every two seconds and wakes it again.
package jobs
