package message

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"smtpserver/app/id"
)

// Body is a message's content as it will be signed and sent, kept apart from the queue.
type Body struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	MessageID id.ID `gorm:"column:message_id;primaryKey"`
	Content   []byte
	Encoding  string // how Content is stored; reading unpacks it
}

// TableName implements gorm's naming.
func (Body) TableName() string { return "message_bodies" }

const encodingZstd = "zstd"

// leastPacked is the size from which packing is worth its time.
const leastPacked = 2 << 10

// coder packs and unpacks for many goroutines at once. The smallest level costs less
// than the disk saves; the checksum tells a damaged content from a sound one.
var coder = sync.OnceValues(func() (c struct {
	*zstd.Encoder
	*zstd.Decoder
}, err error,
) {
	c.Encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(true), zstd.WithWindowSize(256<<10))
	if err == nil {
		c.Decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0))
	}
	return c, err
})

// packable reports whether packing is likely to save much. Text has a space every few
// octets; base64 has none, and gives back a quarter at best for five times the work.
func packable(content []byte) bool {
	return len(content) >= leastPacked && bytes.Count(content, []byte{' '}) > len(content)/64
}

// Pack compresses the content for storing, unless that saves little. Call it before the
// transaction, which others wait for.
func (b *Body) Pack() {
	c, err := coder()
	if err != nil || b.Encoding != "" || !packable(b.Content) {
		return
	}
	packed := c.EncodeAll(b.Content, make([]byte, 0, len(b.Content)/2))
	if len(packed) < len(b.Content)-len(b.Content)/8 {
		b.Content, b.Encoding = packed, encodingZstd
	}
}

// errEncoding reports a content that a newer program stored.
var errEncoding = errors.New("message: the content is stored in a way that this program does not know")

// Unpack undoes Pack. A content that the disk damaged is gone: nil, as when it is no
// longer kept, so that it holds up no other.
func (b *Body) Unpack() error {
	switch b.Encoding {
	case "":
		return nil
	case encodingZstd:
	default:
		return errEncoding
	}
	c, err := coder()
	if err != nil {
		return fmt.Errorf("message: unpack: %w", err)
	}
	b.Encoding = ""
	if b.Content, err = c.DecodeAll(b.Content, nil); err != nil {
		b.Content = nil
	}
	return nil
}
