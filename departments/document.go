package departments

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"tamga/internal/cms"
)

// checkContent holds what came against what was announced. said is the Content-Type that came with it.
func checkContent(d *Document, said string, content []byte) error {
	mediaType, _, _ := mime.ParseMediaType(said)
	sum := sha256.Sum256(content)
	switch {
	case int64(len(content)) != d.Size:
		return fmt.Errorf("it has %d bytes, announced were %d", len(content), d.Size)
	case !strings.EqualFold(hex.EncodeToString(sum[:]), d.SHA256):
		return errors.New("its SHA-256 is not the announced one")
	case mediaType != d.MediaType:
		return fmt.Errorf("it comes as %s, announced was %s", clean(said, 80), d.MediaType)
	case !looksLike(d.MediaType, content):
		return errors.New("its content is not " + d.MediaType)
	}
	return checkSignature(d.Signature, content)
}

// checkSignature holds that somebody whose certificate goes with the signature signed exactly this content. Who that is, and whether
// the certificate is worth anything, whoever shows the document says.
func checkSignature(signature, content []byte) error {
	if len(signature) == 0 {
		return nil
	}
	signed, err := cms.Parse(signature)
	if err != nil {
		return fmt.Errorf("its signature is not CMS: %w", err)
	}
	for _, certificate := range signed.Certificates {
		if signed.Verify(content, certificate) == nil {
			return nil
		}
	}
	return errors.New("its signature does not fit it, or comes without the signer's certificate")
}

func looksLike(mediaType string, content []byte) bool {
	switch mediaType {
	case "application/xml", "text/xml":
		return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) &&
			!strings.HasPrefix(http.DetectContentType(content), "text/html")
	}
	return http.DetectContentType(content) == mediaType
}
