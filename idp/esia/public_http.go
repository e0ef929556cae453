package esia

import (
	"archive/zip"
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
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
	files, now := map[string][]byte{}, h.Now()
	for i, k := range all {
		der, base := k.Certificate.Raw, publicBase[k.Kind]
		switch signs := signingAt(all, k.Kind, now); {
		case k.ActiveAt.After(now) && i != signs:
			base += nextKey
		case i != signs:
			base += oldKey
		}
		if files[base+".cer"] != nil { // keys stand newest first: several that wait or rest are told apart by their numbers
			base += "_" + strconv.FormatInt(k.ID, 10)
		}
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
	for _, name := range inOrder(files) {
		to, err := packed.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := packed.Close()
	return buffer.Bytes(), err
}

// What the names of files end in whose key does not sign yet, or no longer.
const (
	nextKey = "_NEXT"
	oldKey  = "_OLD"
)

// inOrder lists files as the page shows them: RSA before GOST, what signs before what comes and what was; everything packed last.
func inOrder(files map[string][]byte) []string {
	rank := func(name string) string {
		place := strings.IndexByte("RG", name[0])
		group := 0
		for i, mark := range []string{nextKey, oldKey} {
			if strings.Contains(name, mark) {
				group = i + 1
			}
		}
		kind := slices.Index([]string{"der", "pem", "key", "jwk", "zip"}, publicKind(name))
		return fmt.Sprint((place+3)%3, group, kind, name)
	}
	names := slices.Collect(maps.Keys(files))
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
	return names
}

func (h *Handler) showPublic(c *fiber.Ctx) error {
	files, err := h.files(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := publicPage{Issuer: h.Issuer + "/"}
	for _, name := range inOrder(files) {
		e := publicEntry{Name: name, Text: name, Note: t("idp_esia.public_" + publicKind(name))}
		switch {
		case strings.Contains(name, nextKey):
			e.Note += " · " + t("idp_esia.public_next")
		case strings.Contains(name, oldKey):
			e.Note += " · " + t("idp_esia.public_old")
		}
		page.Files = append(page.Files, e)
	}
	return publicFile.Render(c, h.Pages, page)
}

// publicKind is the key of what a file is.
func publicKind(name string) string {
	switch {
	case name == "esia.zip":
		return "zip"
	case strings.Contains(name, "_KEY"):
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
