package cms

import (
	"encoding/asn1"
	"fmt"
)

// Bounds of a message: what is beyond them is refused before it costs anything.
const (
	maxSize  = 8 << 20
	maxDepth = 32
)

const (
	constructed     = 0x20
	highTag         = 0x1f
	indefinite      = 0x80
	octetString     = byte(asn1.TagOctetString)
	octetStringMade = octetString | constructed
)

// normalised rewrites BER as the DER that encoding/asn1 reads: lengths are definite and of the shortest form, and a string of
// bytes in parts is one string. The order of sets, and what primitive values hold, are left alone; of DER it makes the same DER.
func normalised(message []byte) ([]byte, error) {
	if len(message) > maxSize {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrSyntax, maxSize)
	}
	r := ber{rest: message}
	der, err := r.element(0)
	if err == nil && len(r.rest) > 0 {
		err = r.bad("bytes after the end")
	}
	return der, err
}

type ber struct{ rest []byte }

func (r *ber) bad(why string) error { return fmt.Errorf("%w: %s", ErrSyntax, why) }

// element takes one element off the rest.
func (r *ber) element(depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, r.bad("nested too deep")
	}
	if len(r.rest) < 2 {
		return nil, r.bad("cut short")
	}
	tag := r.rest[0]
	if tag&highTag == highTag {
		return nil, r.bad("a tag above 30")
	}
	length, ends, err := r.length()
	if err != nil {
		return nil, err
	}
	if tag&constructed == 0 {
		if !ends {
			return nil, r.bad("a primitive value without a length")
		}
		content := r.rest[:length]
		r.rest = r.rest[length:]
		return encoded(tag, content), nil
	}
	inside := ber{rest: r.rest}
	if ends {
		inside.rest = r.rest[:length]
	}
	content, err := inside.children(depth, tag == octetStringMade, ends)
	if err != nil {
		return nil, err
	}
	if ends {
		r.rest = r.rest[length:]
	} else {
		r.rest = inside.rest
	}
	if tag == octetStringMade {
		tag = octetString
	}
	return encoded(tag, content), nil
}

// length takes the tag and the length off the rest; ends is false for an indefinite length.
func (r *ber) length() (length int, ends bool, err error) {
	first := r.rest[1]
	r.rest = r.rest[2:]
	if first == indefinite {
		return 0, false, nil
	}
	length = int(first)
	if first > indefinite {
		count := int(first & 0x7f)
		if count > 4 || count > len(r.rest) {
			return 0, false, r.bad("a length of too many bytes")
		}
		length = 0
		for _, b := range r.rest[:count] {
			length = length<<8 | int(b)
		}
		r.rest = r.rest[count:]
	}
	if length > len(r.rest) {
		return 0, false, r.bad("cut short")
	}
	return length, true, nil
}

// children takes the elements inside one: all the rest, or up to the end mark. Of a string in parts it keeps what they hold.
func (r *ber) children(depth int, parts, ends bool) (content []byte, err error) {
	for ends && len(r.rest) > 0 || !ends {
		if !ends && len(r.rest) >= 2 && r.rest[0] == 0 && r.rest[1] == 0 {
			r.rest = r.rest[2:]
			return content, nil
		}
		child, err := r.element(depth + 1)
		if err != nil {
			return nil, err
		}
		if parts {
			if child[0] != octetString {
				return nil, r.bad("a string with a part of another kind")
			}
			child = child[len(child)-contentLength(child):]
		}
		content = append(content, child...)
	}
	return content, nil
}

// contentLength reads the length of a normalised element.
func contentLength(der []byte) int {
	if der[1] < indefinite {
		return int(der[1])
	}
	length := 0
	for _, b := range der[2 : 2+der[1]&0x7f] {
		length = length<<8 | int(b)
	}
	return length
}

// encoded is an element in DER.
func encoded(tag byte, content []byte) []byte {
	length := len(content)
	der := make([]byte, 0, length+6)
	der = append(der, tag)
	switch {
	case length < 1<<7:
		der = append(der, byte(length))
	case length < 1<<8:
		der = append(der, 0x81, byte(length))
	case length < 1<<16:
		der = append(der, 0x82, byte(length>>8), byte(length))
	case length < 1<<24:
		der = append(der, 0x83, byte(length>>16), byte(length>>8), byte(length))
	default:
		der = append(der, 0x84, byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	}
	return append(der, content...)
}
