//go:build unix

package disk

import "golang.org/x/sys/unix"

// FreeIn returns how many octets a process like ours may still write in the file
// system of a folder.
func FreeIn(dir string) func() (uint64, error) {
	return func() (uint64, error) {
		var s unix.Statfs_t
		if err := unix.Statfs(dir, &s); err != nil {
			return 0, err
		}
		return s.Bavail * uint64(s.Bsize), nil
	}
}
