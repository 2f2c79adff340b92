//go:build !linux

package services

import "syscall"

// dieWithParent has no counterpart here: Stop must be called.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// family knows only pid itself; PostgreSQL's children notice a dead postmaster.
func family(pid int) []int { return []int{pid} }

// running is asked about children only, and family knows none here.
func running(int) bool { return false }
