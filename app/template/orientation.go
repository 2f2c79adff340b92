package template

import (
	"encoding/binary"
	"image"
	"image/color"
)

// orientation reads from a JPEG how the camera was held (Exif 2.3, tag 0x0112): 1 to 8,
// and 1 when it does not say. Encoding again loses that, so the picture is turned.
func orientation(file []byte) int {
	for i := 2; i+4 <= len(file) && file[i] == 0xff; {
		size := int(binary.BigEndian.Uint16(file[i+2:]))
		if file[i+1] == 0xda || size < 2 || i+2+size > len(file) {
			break
		}
		segment := file[i+4 : i+2+size]
		if file[i+1] == 0xe1 && len(segment) > 14 && string(segment[:6]) == "Exif\x00\x00" {
			return orientationIn(segment[6:])
		}
		i += 2 + size
	}
	return 1
}

func orientationIn(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for n := int(order.Uint16(tiff[at:])); n > 0; n-- {
		entry := at + 2 + (n-1)*12
		if entry+12 <= len(tiff) && order.Uint16(tiff[entry:]) == 0x0112 {
			if o := int(order.Uint16(tiff[entry+8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}

// turned is a picture seen in another orientation.
type turned struct {
	image.Image
	how int
}

func upright(p image.Image, how int) image.Image {
	if how == 1 {
		return p
	}
	return turned{p, how}
}

// Bounds implements image.Image.
func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.how >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At implements image.Image.
func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch t.how {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
