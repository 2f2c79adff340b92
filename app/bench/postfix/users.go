package postfix

import (
	"fmt"
	"os/user"
	"strconv"
)

// Users and groups that base-passwd puts on every Debian and nothing uses.
// Postfix wants an owner of its queue and a group for its mail drop that are
// different from each other and from nobody.
var spare = []string{"news", "uucp", "lp", "games", "irc"}

// identity is the unprivileged side of an instance.
type identity struct {
	owner, group string
	uid, gid     int // of the owner
	dropGID      int // of the group
}

func findIdentity() (identity, error) {
	var id identity
	for _, name := range spare {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.Atoi(u.Uid)
		gid, gerr := strconv.Atoi(u.Gid)
		if uerr == nil && gerr == nil && uid > 0 && gid > 0 {
			id.owner, id.uid, id.gid = name, uid, gid
			break
		}
	}
	for _, name := range spare {
		g, err := user.LookupGroup(name)
		if err != nil {
			continue
		}
		if gid, err := strconv.Atoi(g.Gid); err == nil && gid > 0 && gid != id.gid {
			id.group, id.dropGID = name, gid
			break
		}
	}
	if id.owner == "" || id.group == "" {
		return id, fmt.Errorf("postfix: needs two of the users and groups %v: %w", spare, ErrUnavailable)
	}
	return id, nil
}
