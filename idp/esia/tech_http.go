package esia

import (
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
)

// maxCertificateFile bounds an upload.
const maxCertificateFile = 64 << 10

// mountTech registers the pages for those who look after systems.
func (h *Handler) mountTech(r fiber.Router) {
	r.Get("/console/tech", h.listTech)
	r.Get("/console/tech/:id", h.showTech)
	r.Post("/console/tech/:id", h.changeTech)
	r.Post("/console/tech/:id/certificates", h.uploadCertificate)
	r.Post("/console/tech/:id/certificates/:hash/remove", h.removeCertificate)
}

// keeper is who looks after systems: all of them, or one.
type keeper struct {
	*account.Account
	All bool // a technologist
}

// keeperOf returns who is signed in if they may look after the system. To others no system exists.
func (h *Handler) keeperOf(c *fiber.Ctx, id string) (*keeper, error) {
	a := account.Current(c)
	if a == nil {
		return nil, fault.New(fault.SignIn, "idp.sign_in_first")
	}
	all, err := isTechnologist(c.UserContext(), h.DB, a.ID)
	if err != nil || all || id == "" {
		return &keeper{a, all}, err
	}
	yes, err := isManager(c.UserContext(), h.DB, id, a.ID)
	if err == nil && !yes {
		return nil, fault.New(fault.NotFound, "idp_esia.no_client")
	}
	return &keeper{a, false}, err
}

// kept returns a system with who looks after it.
func (h *Handler) kept(c *fiber.Ctx) (*keeper, *Client, error) {
	k, err := h.keeperOf(c, c.Params("id"))
	if err != nil {
		return nil, nil, err
	}
	client, err := ClientByMnemonic(c.UserContext(), h.DB, c.Params("id"))
	return k, client, err
}

func (h *Handler) listTech(c *fiber.Ctx) error {
	k, err := h.keeperOf(c, "")
	if err != nil {
		return err
	}
	mine := &k.ID
	if k.All {
		mine = nil
	}
	all, err := clientsFor(c.UserContext(), h.DB, mine)
	if err != nil {
		return err
	}
	page := techListPage{Nobody: len(all) == 0}
	t := h.Pages.Texts(c)
	for _, one := range all {
		page.Clients = append(page.Clients, techEntry{
			Mnemonic: one.Mnemonic, Name: one.Name, Alg: one.Alg, Scopes: strings.Join(one.Scopes, " "),
			Legacy: t("idp_esia.tech_legacy_" + map[bool]string{true: "on", false: "off"}[one.Legacy]),
		})
	}
	return techList.Render(c, h.Pages, page)
}

func (h *Handler) showTech(c *fiber.Ctx) error {
	k, client, err := h.kept(c)
	if err != nil {
		return err
	}
	page, err := h.techPage(c, k, client)
	if err != nil {
		return err
	}
	return techFile.Render(c, h.Pages, page)
}

// changeTech stores the addresses and switches; what a system may ask for and as whom only a technologist changes.
func (h *Handler) changeTech(c *fiber.Ctx) error {
	k, client, err := h.kept(c)
	if err != nil {
		return err
	}
	changed := *client
	changed.Redirects = strings.Fields(c.FormValue("redirects"))
	changed.Alg = c.FormValue("alg")
	changed.Legacy = c.FormValue("legacy") == "on"
	changed.StringSubject = c.FormValue("string_subject") == "on"
	if k.All {
		changed.Scopes = strings.Fields(c.FormValue("scopes"))
		changed.Issuer = strings.TrimSpace(c.FormValue("issuer"))
	}
	wrong := wrongField(&changed)
	if wrong != "" {
		page, err := h.techPage(c, k, &changed)
		if err != nil {
			return err
		}
		page.problem(wrong, h.Pages.Texts(c)("idp_esia.tech_wrong_"+wrong))
		c.Status(fiber.StatusUnprocessableEntity)
		return techFile.Render(c, h.Pages, page)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := updateClient(c.UserContext(), tx, &changed); err != nil {
			return err
		}
		return h.recordChange(c, tx, k, "settings", map[string]any{"redirects": changed.Redirects, "scopes": changed.Scopes,
			"alg": changed.Alg, "legacy": changed.Legacy, "issuer": changed.Issuer})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/console/tech/"+client.Mnemonic+"?done=saved", fiber.StatusSeeOther)
}

// wrongField names the first field that is wrong, or "".
func wrongField(c *Client) string {
	switch {
	case len(c.Redirects) == 0 || len(c.Redirects) > maxRedirects ||
		slices.ContainsFunc(c.Redirects, func(entry string) bool { return checkRegistered(entry) != nil }):
		return "redirects"
	case c.Alg != RS256 && c.Alg != GOST:
		return "alg"
	case len(c.Scopes) == 0 || slices.ContainsFunc(c.Scopes, func(name string) bool { _, known := kinds[name]; return !known }):
		return "scopes"
	case c.Issuer != "" && (len(c.Issuer) > 200 || checkRegistered(c.Issuer) != nil || isDomain(c.Issuer)):
		return "issuer"
	}
	return ""
}

// uploadCertificate adds what a file holds, DER or PEM, one or several.
func (h *Handler) uploadCertificate(c *fiber.Ctx) error {
	k, client, err := h.kept(c)
	if err != nil {
		return err
	}
	file, err := uploaded(c)
	var read []certificate
	if err == nil {
		read, err = readCertificates(file)
	}
	if err == nil {
		err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
			if err := addCertificates(c.UserContext(), tx, client.Mnemonic, read); err != nil {
				return err
			}
			return h.recordChange(c, tx, k, "certificate_added", map[string]any{"sha256": hex.EncodeToString(read[0].SHA256), "count": len(read)})
		})
	}
	var known *fault.Error
	if errors.As(err, &known) && known.Kind == fault.Invalid {
		page, failed := h.techPage(c, k, client)
		if failed != nil {
			return failed
		}
		page.problem("certificate", h.Pages.Texts(c)(known.Key, known.Args...))
		c.Status(fiber.StatusUnprocessableEntity)
		return techFile.Render(c, h.Pages, page)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/console/tech/"+client.Mnemonic+"?done=certificate#certificates", fiber.StatusSeeOther)
}

func uploaded(c *fiber.Ctx) ([]byte, error) {
	sent, err := c.FormFile("certificate")
	if err != nil || sent.Size == 0 || sent.Size > maxCertificateFile {
		return nil, fault.New(fault.Invalid, "idp_esia.certificate_unreadable")
	}
	file, err := sent.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxCertificateFile))
}

// removeCertificate takes a certificate away. Sent twice, the second finds it gone already.
func (h *Handler) removeCertificate(c *fiber.Ctx) error {
	k, client, err := h.kept(c)
	if err != nil {
		return err
	}
	sum := readHash(c.Params("hash"))
	if sum == nil {
		return fault.New(fault.NotFound, "idp_esia.no_client")
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		found, err := removeCertificate(c.UserContext(), tx, client.Mnemonic, sum)
		if err != nil || !found {
			return err
		}
		return h.recordChange(c, tx, k, "certificate_removed", map[string]any{"sha256": hex.EncodeToString(sum)})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/console/tech/"+client.Mnemonic+"?done=removed#certificates", fiber.StatusSeeOther)
}

// recordChange writes down who changed a system: whoever changes its certificates may speak for it.
func (h *Handler) recordChange(c *fiber.Ctx, tx pgx.Tx, k *keeper, what string, details map[string]any) error {
	details["client"] = c.Params("id")
	return journal.Write(c.UserContext(), tx, journal.Entry{
		Actor: k.ID.String(), ActorRole: map[bool]string{true: "operator", false: "citizen"}[k.All], Action: "idp.esia." + what,
		Subject: k.ID.String(), Details: details, Address: addressOf(c),
	})
}
