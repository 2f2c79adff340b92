package services

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent makes the kernel send sig to the child when we die, however we die.
func dieWithParent(attr *syscall.SysProcAttr, sig syscall.Signal) { attr.Pdeathsig = sig }

// family lists pid and everything below it, parents first. PostgreSQL's
// children open sessions of their own, so a process group does not hold them.
func family(pid int) []int {
	all := []int{pid}
	// A process may have gone since we saw its id: nothing below it then.
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return all
	}
	for _, field := range strings.Fields(string(data)) {
		if child, err := strconv.Atoi(field); err == nil {
			all = append(all, family(child)...)
		}
	}
	return all
}

// running tells whether pid still holds resources; a zombie does not.
func running(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// pid (name) state …: the name may hold anything, so look behind its last parenthesis.
	_, state, found := strings.Cut(string(data[strings.LastIndexByte(string(data), ')')+1:]), " ")
	return found && !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
