package components

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quietZone is the white edge that readers need (ISO/IEC 18004 §9.1).
const quietZone = 4

// qrCode is a drawn QR code: the side in modules and the path of the dark ones.
type qrCode struct {
	side int
	path string
}

// drawQR draws each run of dark modules of a row as one line.
func drawQR(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return qrCode{}, fmt.Errorf("draw a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	dark := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	var b strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
			}
		}
	}
	return qrCode{side: size + 2*quietZone, path: b.String()}, nil
}

func (c qrCode) viewBox() string { return fmt.Sprintf("0 0 %d %d", c.side, c.side) }
