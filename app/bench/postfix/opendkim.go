package postfix

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/throwaway"
)

// signer is an OpenDKIM that signs everything for one domain.
type signer struct{ process *proc.Process }

func (i *Instance) milterSocket() string { return i.path("dkim/socket") }

// openDKIMLibraries are those of its libraries that a machine rarely has.
var openDKIMLibraries = []string{
	"libopendkim11", "libmilter1.0.1", "libopendbx1", "libmemcached11", "libhashkit2", "liblua5.3-0", "libvbr2", "librbl1",
}

// findOpenDKIM prefers an installed one, for its libraries are there as well. It returns
// the program and the folder of libraries that came with it.
func findOpenDKIM(ctx context.Context, cache string) (program, libraries string, err error) {
	for _, path := range []string{"/usr/sbin/opendkim", "/usr/local/sbin/opendkim"} {
		if _, err := exec.LookPath(path); err == nil {
			return path, "", nil
		}
	}
	root, err := unpack(ctx, cache, "opendkim", openDKIMLibraries...)
	if err != nil {
		return "", "", err
	}
	folders, err := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-gnu*"))
	if err != nil {
		return "", "", fmt.Errorf("postfix: opendkim: %w", err)
	}
	program, libraries = filepath.Join(root, "usr/sbin/opendkim"), strings.Join(folders, ":")
	return program, libraries, linked(ctx, program, libraries)
}

// startSigner runs OpenDKIM as the owner of the queue, with a new RSA-2048 key
// and the settings that Debian's example recommends.
func startSigner(ctx context.Context, i *Instance) (*signer, error) {
	program, libraries, err := findOpenDKIM(ctx, i.options.Cache)
	if err != nil {
		return nil, err
	}
	key, err := throwaway.RSAKey()
	if err != nil {
		return nil, err
	}
	dir, keyFile, conf := i.path("dkim"), i.path("dkim/key"), i.path("dkim/conf")
	settings := strings.Join([]string{
		"Syslog no", "Mode s", "Canonicalization relaxed/relaxed", "SignatureAlgorithm rsa-sha256", "OversignHeaders From",
		"Domain " + i.options.From, "Selector bench", "KeyFile " + keyFile, "Socket local:" + i.milterSocket(), "UMask 0",
		"UserID " + i.identity.owner, // dropped to by itself: the owner may not reach the folder that it was unpacked in
		"RequireSafeKeys no",         // it objects to a temporary folder; the key is for a minute
	}, "\n") + "\n"
	uid, gid := i.identity.uid, i.identity.gid
	err = errors.Join(
		os.Mkdir(dir, 0o700), os.WriteFile(keyFile, key, 0o600), os.WriteFile(conf, []byte(settings), 0o600),
		os.Chown(keyFile, uid, gid), os.Chown(conf, uid, gid), os.Chown(dir, uid, gid),
	)
	if err != nil {
		return nil, fmt.Errorf("postfix: opendkim: %w", err)
	}
	process, err := proc.Start(proc.Command{
		Argv: []string{program, "-f", "-x", conf}, Env: append(os.Environ(), "LD_LIBRARY_PATH="+libraries), Dir: dir, Log: i.path("opendkim.log"),
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err = process.Ready(ctx, func() error {
		conn, err := net.Dial("unix", i.milterSocket())
		if err != nil {
			return err
		}
		return conn.Close()
	})
	if err != nil {
		return nil, errors.Join(err, process.Stop())
	}
	return &signer{process}, nil
}
