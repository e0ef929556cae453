package esia

import (
	"archive/zip"
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const publicFile frontend.Page[publicPage] = "idp/esia/public.html"

// publicPage lists the provider's certificates.
type publicPage struct {
	Files  []publicEntry
	Issuer string
}

type publicEntry struct {
	Name string
	Text string
	Note string
}

// publicBase are the names of the files by the kind of key.
var publicBase = map[string]string{RS256: "RSA_TAMGA", GOST: "GOST_TAMGA"}

// files are what /public/ gives out, by name: the certificates of the keys that sign, by which systems check tokens.
func (h *Handler) files(c *fiber.Ctx) (map[string][]byte, error) {
	all, err := h.Keys.current(c.UserContext())
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, k := range all {
		if k.Retired {
			continue
		}
		base, der := publicBase[k.Kind], k.Certificate.Raw
		files[base+".cer"] = der
		files[base+".pem"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		files[base+"_KEY.pem"] = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.Certificate.RawSubjectPublicKeyInfo})
		if public, ok := k.Certificate.Public.(*rsa.PublicKey); ok {
			if files[base+"_JWK.jwk"], err = jwkOf(public, der); err != nil {
				return nil, err
			}
		}
	}
	files["esia.zip"], err = zipOf(files)
	return files, err
}

// jwkOf is a public key as a JWK with its certificate.
func jwkOf(public *rsa.PublicKey, der []byte) ([]byte, error) {
	return json.Marshal(map[string]any{
		"kty": "RSA", "use": "sig", "alg": RS256,
		"n":   base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e":   base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
		"x5c": []string{base64.StdEncoding.EncodeToString(der)},
	})
}

// zipOf packs the files, as the real provider gives its certificates out.
func zipOf(files map[string][]byte) ([]byte, error) {
	var buffer bytes.Buffer
	packed := zip.NewWriter(&buffer)
	for _, name := range publicNames {
		content, there := files[name]
		if !there || name == "esia.zip" {
			continue
		}
		to, err := packed.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(content); err != nil {
			return nil, err
		}
	}
	err := packed.Close()
	return buffer.Bytes(), err
}

// publicNames are the files in the order of the page.
var publicNames = []string{
	"RSA_TAMGA.cer", "RSA_TAMGA.pem", "RSA_TAMGA_KEY.pem", "RSA_TAMGA_JWK.jwk", "GOST_TAMGA.cer", "GOST_TAMGA.pem", "GOST_TAMGA_KEY.pem",
	"esia.zip",
}

func (h *Handler) showPublic(c *fiber.Ctx) error {
	if _, err := h.files(c); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := publicPage{Issuer: h.Issuer + "/"}
	for _, name := range publicNames {
		page.Files = append(page.Files, publicEntry{Name: name, Text: name, Note: t("idp_esia.public_" + publicKind(name))})
	}
	return publicFile.Render(c, h.Pages, page)
}

// publicKind is the key of what a file is.
func publicKind(name string) string {
	switch {
	case name == "esia.zip":
		return "zip"
	case strings.HasSuffix(name, "_KEY.pem"):
		return "key"
	case strings.HasSuffix(name, ".pem"):
		return "pem"
	case strings.HasSuffix(name, ".jwk"):
		return "jwk"
	}
	return "der"
}

// sendPublic gives a file out.
func (h *Handler) sendPublic(c *fiber.Ctx) error {
	files, err := h.files(c)
	if err != nil {
		return err
	}
	content, there := files[c.Params("file")]
	if !there {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, map[string]string{
		"der": "application/pkix-cert", "pem": "application/x-pem-file", "key": "application/x-pem-file", "jwk": "application/json",
		"zip": "application/zip",
	}[publicKind(c.Params("file"))])
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.Send(content)
}
