package template

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"path"
	"strings"
	"time"
	"unicode"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Image is a picture that the account's mails show.
type Image struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID         id.ID `gorm:"column:image_id;primaryKey"`
	Token      string
	Name       string
	Type       string
	Width      int
	Height     int
	Size       int
	Digest     string
	Content    []byte
	UploadedAt time.Time
}

// TableName implements gorm's naming.
func (Image) TableName() string { return "images" }

// File is the last part of its public address.
func (i Image) File() string { return i.Token + "." + extensions[i.Type] }

var extensions = map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}

// Bounds of images.
const (
	MaxImage       = 5 << 20  // octets, as uploaded
	maxPixels      = 16 << 20 // of the picture, or of all pictures of an animation
	MostImages     = 1000
	mostImageBytes = 200 << 20
	decodersAtOnce = 2 // each may hold 64 MB for a moment
	jpegQuality    = 88
)

// PartFile is how errors call the file.
const PartFile = "file"

// read makes an image of a file: decoded and encoded again, which leaves nothing in it
// but the picture.
func (s *Service) read(ctx context.Context, name string, file []byte) (Image, error) {
	if len(file) > MaxImage {
		return Image{}, fault.Field(PartFile, "An image has at most 5 MB. Save it smaller.")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return Image{}, fault.Field(PartFile, "This is no PNG, JPEG or GIF. Other kinds are not shown by all mail programs.")
	}
	if config.Width < 1 || config.Height < 1 || config.Width*config.Height > maxPixels {
		return Image{}, fault.Field(PartFile, "An image has at most 16 million pixels. Save it smaller: mails are 600 to 1,200 pixels wide.")
	}
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return Image{}, fault.Wrap(fault.Unavailable, "Too many images are coming in right now. Try again in a moment.", ctx.Err())
	}
	sum := sha256.Sum256(file)
	out := Image{Name: fileName(name), Type: "image/" + format, Digest: hex.EncodeToString(sum[:])}
	if out.Content, out.Width, out.Height, err = encodeAgain(format, file); err != nil {
		return Image{}, fault.Field(PartFile, "This image is damaged. Save it anew and try again.")
	}
	out.Size = len(out.Content)
	return out, nil
}

// errAnimation tells of an animation that is too long.
var errAnimation = fault.New(fault.Invalid, "The animation is too long.")

func encodeAgain(format string, file []byte) (content []byte, width, height int, err error) {
	var b bytes.Buffer
	if format == "gif" {
		all, err := decodeAnimation(file)
		if err != nil {
			return nil, 0, 0, err
		}
		err = gif.EncodeAll(&b, all)
		return b.Bytes(), all.Config.Width, all.Config.Height, err
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, 0, 0, err
	}
	if format == "jpeg" {
		picture = upright(picture, orientation(file))
		err = jpeg.Encode(&b, picture, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&b, picture)
	}
	return b.Bytes(), picture.Bounds().Dx(), picture.Bounds().Dy(), err
}

// decodeAnimation counts the pictures before it decodes them: each may be large.
func decodeAnimation(file []byte) (*gif.GIF, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if pictures(file)*config.Width*config.Height > 4*maxPixels {
		return nil, errAnimation
	}
	return gif.DecodeAll(bytes.NewReader(file))
}

// pictures is at most so many as the file has image separators; a few too many do no harm.
func pictures(file []byte) int { return bytes.Count(file, []byte{0, ','}) }

func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	if name == "" || name == "." || name == "/" {
		return "image"
	}
	return name
}
