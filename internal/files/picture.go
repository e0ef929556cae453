package files

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/jpeg"
	"slices"
)

func startsJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) }

// checkJPEG reads the header. Phones put a second picture or a film behind the first one's end, so that alone is no fault.
func checkJPEG(b []byte) error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width == 0 || c.Height == 0 || !bytes.Contains(b, []byte{0xff, 0xd9}) || another(b) {
		return ErrBroken
	}
	return nil
}

var pngSign = []byte("\x89PNG\r\n\x1a\n")

func startsPNG(b []byte) bool { return bytes.HasPrefix(b, pngSign) }

// checkPNG walks the chunks with their checksums to the very end of the file.
func checkPNG(b []byte) error {
	rest := b[len(pngSign):]
	for first := true; ; first = false {
		if len(rest) < 12 {
			return ErrBroken
		}
		n := uint64(binary.BigEndian.Uint32(rest))
		if n > uint64(len(rest)-12) {
			return ErrBroken
		}
		name, body := string(rest[4:8]), rest[4:8+n]
		if first != (name == "IHDR") || crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(rest[8+n:]) {
			return ErrBroken
		}
		rest = rest[12+n:]
		if name == "IEND" {
			break
		}
	}
	if len(rest) > 0 || another(b) {
		return ErrBroken
	}
	return nil
}

var heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "heif"}

func startsHEIC(b []byte) bool {
	return len(b) > 12 && string(b[4:8]) == "ftyp" && slices.Contains(heicBrands, string(b[8:12]))
}

// checkHEIC walks the boxes to the very end of the file.
func checkHEIC(b []byte) error {
	seen := map[string]bool{}
	for rest := b; len(rest) > 0; {
		n, ok := boxSize(rest)
		if !ok {
			return ErrBroken
		}
		seen[string(rest[4:8])] = true
		rest = rest[n:]
	}
	if !seen["meta"] && !seen["moov"] || another(b) {
		return ErrBroken
	}
	return nil
}

func boxSize(b []byte) (uint64, bool) {
	if len(b) < 8 {
		return 0, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	switch {
	case n == 0: // to the end of the file
		return uint64(len(b)), true
	case n == 1 && len(b) >= 16:
		n = binary.BigEndian.Uint64(b[8:])
		return n, n >= 16 && n <= uint64(len(b))
	}
	return n, n >= 8 && n <= uint64(len(b))
}

func startsTIFF(b []byte) bool {
	return bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*"))
}

// checkTIFF looks whether the first directory is inside of the file.
func checkTIFF(b []byte) error {
	if len(b) < 8 {
		return ErrBroken
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at < 8 || at+2 > uint64(len(b)) || at+2+12*uint64(order.Uint16(b[at:])) > uint64(len(b)) || another(b) {
		return ErrBroken
	}
	return nil
}
