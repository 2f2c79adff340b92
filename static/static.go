// Package static holds the built front end (dist, made by `npm run build`) and
// serves it from the program itself.
//
// Every file has two names: its own ("app.css"), which may change with each
// release, and one that carries its content ("app.1a2b3c4d.css"), which can be
// cached for ever. Pages use URL, which gives the second.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Prefix is the path below which the files are served.
const Prefix = "/static/"

// Cache-Control values for the two kinds of names, and for those of other versions.
const (
	CacheForever = "public, max-age=31536000, immutable"
	CacheAsk     = "no-cache"
	CacheNever   = "no-store"
)

// Asset is one file, ready to be served.
type Asset struct {
	Name         string // path below dist
	Body         []byte
	ContentType  string
	ETag         string // quoted
	CacheControl string
}

// URL returns the address of a file under its content's name. It panics for a
// file that is not there: that is a spelling mistake, found by any test.
func URL(name string) string {
	hashed, ok := files().hashed[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + hashed
}

// Lookup finds a file by the part of its address after Prefix, in either form. A name that
// carries another content is one of another version: of a page that is still open, or of a
// process beside this one while versions change. It gets the file as it is here, which
// suits better than none, and is not to be kept.
func Lookup(name string) (Asset, bool) {
	idx := files()
	if asset, ok := idx.assets[name]; ok {
		return asset, true
	}
	if m := otherContent.FindStringSubmatch(name); m != nil {
		if asset, ok := idx.assets[m[1]+m[2]]; ok && idx.hashed[m[1]+m[2]] != "" {
			asset.CacheControl = CacheNever
			return asset, true
		}
	}
	return Asset{}, false
}

var otherContent = regexp.MustCompile(`^(.+)\.[0-9a-f]{8}(\.[a-z0-9]+)$`)

// FS gives the files under their own names.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("static: " + err.Error()) // cannot happen: "dist" is a valid path
	}
	return sub
}

type index struct {
	assets map[string]Asset  // by either name
	hashed map[string]string // own name → content's name
}

// files reads what is embedded once; it never changes while the program runs.
var files = sync.OnceValue(func() index {
	idx := index{assets: map[string]Asset{}, hashed: map[string]string{}}
	err := fs.WalkDir(FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(FS(), name)
		if err != nil {
			return err
		}
		idx.add(name, body)
		return nil
	})
	if err != nil {
		panic("static: " + err.Error()) // cannot happen: the files are in the program
	}
	return idx
})

func (idx index) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:4])
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hash + ext
	asset := Asset{Name: name, Body: bytes.Clone(body), ContentType: contentType(ext), ETag: `"` + hash + `"`, CacheControl: CacheAsk}
	idx.hashed[name] = hashed
	idx.assets[name] = asset
	asset.CacheControl = CacheForever
	idx.assets[hashed] = asset
}

// contentType answers for our own kinds without asking the host's tables.
func contentType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if known := mime.TypeByExtension(ext); known != "" {
		return known
	}
	return "application/octet-stream"
}
