package report

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// Machine is where figures were measured; without it they mean little.
type Machine struct {
	Processor  string
	Cores      int
	MemoryMiB  int64
	Kernel     string
	System     string
	Filesystem string // of the folder that holds the servers' data
	Go         string
	Commit     string
	LoadBefore string // load average: others' work makes figures worthless
}

// Look describes this machine; what cannot be found out stays empty.
func Look(dataDir string) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Filesystem: Filesystem(dataDir)}
	m.Processor = field("/proc/cpuinfo", "model name", ":")
	m.System = strings.Trim(field("/etc/os-release", "PRETTY_NAME", "="), `"`)
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	if average, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.LoadBefore = strings.Join(strings.Fields(string(average))[:3], " ")
	}
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err == nil {
		m.MemoryMiB = int64(info.Totalram) * int64(info.Unit) >> 20
	}
	if out, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}

// Filesystem names the kind of file system that holds path.
func Filesystem(path string) string {
	out, err := exec.Command("stat", "-f", "-c", "%T", path).Output() //nolint:gosec // path is ours
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func field(path, key, separator string) string {
	data, err := os.ReadFile(path) //nolint:gosec // two constants above
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(data) {
		name, value, found := strings.Cut(string(line), separator)
		if found && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
