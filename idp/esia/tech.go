package esia

import (
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/gost"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	techList frontend.Page[techListPage] = "idp/esia/tech_list.html"
	techFile frontend.Page[techPage]     = "idp/esia/tech.html"
)

// techListPage lists the systems that somebody looks after.
type techListPage struct {
	Clients []techEntry
	Nobody  bool
}

type techEntry struct{ Mnemonic, Name, Alg, Scopes, Legacy string }

// techPage is one system.
type techPage struct {
	frontend.Errors
	Mnemonic     string
	Name         string
	Done         string
	About        frontend.SummaryList
	Certificates []certificateView
	Upload       frontend.FileUpload
	UploadSend   frontend.Button
	Fields       []frontend.Field
	Save         frontend.Button
	RefusedOnly  bool
	Journal      []signatureView
}

type certificateView struct {
	Holder, Key, From, Until, SHA256, Streebog string
	Expired                                    bool
	Remove                                     frontend.Button
}

// signatureView is a row of the journal of signatures in words.
type signatureView struct {
	At, Endpoint, State, Reason, HashSent string
	Accepted                              bool
	Tried, Expected, Hashes               []string
}

// problem puts an error on the page, beside its field.
func (p *techPage) problem(name, text string) {
	p.Errors.Add(name, text)
	if name == "certificate" {
		p.Upload.ErrorMessage = p.Errors.Message(name)
	}
	for i := range p.Fields {
		if f := p.Fields[i].Textarea; f != nil && f.Name == name {
			f.ErrorMessage = p.Errors.Message(name)
		}
		if f := p.Fields[i].Input; f != nil && f.Name == name {
			f.ErrorMessage = p.Errors.Message(name)
		}
		if f := p.Fields[i].Radios; f != nil && f.Name == name {
			f.ErrorMessage = p.Errors.Message(name)
		}
	}
}

func (h *Handler) techPage(c *fiber.Ctx, k *keeper, client *Client) (techPage, error) {
	t := h.Pages.Texts(c)
	page := techPage{
		Mnemonic: client.Mnemonic, Name: client.Name,
		Upload: frontend.FileUpload{Name: "certificate", Label: frontend.Label{Text: t("idp_esia.tech_upload")},
			Hint: frontend.Hint{Text: t("idp_esia.tech_upload_hint")}},
		UploadSend: frontend.Button{Text: t("idp_esia.tech_upload_send"), Classes: "govuk-button--secondary", PreventDoubleClick: true},
		Save:       frontend.Button{Text: t("idp_esia.tech_save"), PreventDoubleClick: true},
		Fields:     h.techFields(c, k, client), RefusedOnly: c.Query("refused") == "1",
	}
	switch done := c.Query("done"); done {
	case "saved", "certificate", "removed":
		page.Done = t("idp_esia.tech_done_" + done)
	}
	issuer := client.Issuer
	if issuer == "" {
		issuer = h.Issuer + "/"
	}
	page.About.Rows = []frontend.SummaryRow{
		frontend.Row(t("idp_esia.tech_mnemonic"), client.Mnemonic), frontend.Row(t("idp_esia.tech_issuer"), issuer),
		frontend.Row(t("idp_esia.tech_scopes"), strings.Join(client.Scopes, " ")),
	}
	for _, one := range client.certificates {
		page.Certificates = append(page.Certificates, h.certificateView(c, &one))
	}
	rows, err := signaturesOf(c.UserContext(), h.DB, client.Mnemonic, page.RefusedOnly, 50)
	for _, row := range rows {
		page.Journal = append(page.Journal, h.signatureView(c, &row))
	}
	return page, err
}

func (h *Handler) techFields(c *fiber.Ctx, k *keeper, client *Client) []frontend.Field {
	t := h.Pages.Texts(c)
	fields := []frontend.Field{
		{Textarea: &frontend.Textarea{Name: "redirects", Label: frontend.Label{Text: t("idp_esia.tech_redirects")},
			Hint: frontend.Hint{Text: t("idp_esia.tech_redirects_hint")}, Value: strings.Join(client.Redirects, "\n"), Spellcheck: "false"}},
		{Radios: &frontend.Radios{Name: "alg", Fieldset: &frontend.Fieldset{Legend: frontend.Legend{Text: t("idp_esia.tech_alg")}},
			Items: []frontend.Choice{
				{Value: RS256, Text: RS256, Checked: client.Alg == RS256}, {Value: GOST, Text: GOST, Checked: client.Alg == GOST},
			}}},
		{Checkboxes: &frontend.Checkboxes{Name: "legacy", Items: []frontend.Choice{{Value: "on", Text: t("idp_esia.tech_legacy"),
			Hint: frontend.Hint{Text: t("idp_esia.tech_legacy_hint")}, Checked: client.Legacy}}}},
		{Checkboxes: &frontend.Checkboxes{Name: "string_subject", Items: []frontend.Choice{{Value: "on", Text: t("idp_esia.tech_string_subject"),
			Hint: frontend.Hint{Text: t("idp_esia.tech_string_subject_hint")}, Checked: client.StringSubject}}}},
	}
	if !k.All {
		return fields
	}
	return append(fields,
		frontend.Field{Textarea: &frontend.Textarea{Name: "scopes", Label: frontend.Label{Text: t("idp_esia.tech_scopes")},
			Value: strings.Join(client.Scopes, " "), Spellcheck: "false"}},
		frontend.Field{Input: &frontend.Input{Name: "issuer", Label: frontend.Label{Text: t("idp_esia.tech_issuer")},
			Hint: frontend.Hint{Text: t("idp_esia.tech_issuer_hint")}, Value: client.Issuer, Spellcheck: "false"}})
}

func (h *Handler) certificateView(c *fiber.Ctx, one *certificate) certificateView {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	kind := one.PublicKeyAlgorithm.String()
	if key, russian := one.Public.(*gost.PublicKey); russian {
		kind = "GOST R 34.10-2012, " + key.Curve.Name
	}
	holder := one.Holder.CommonName
	if holder == "" {
		holder = one.Subject.String()
	}
	return certificateView{
		Holder: holder, Key: kind, From: rus.FormatDate(one.NotBefore, lang), Until: rus.FormatDate(one.NotAfter, lang),
		SHA256: strings.ToUpper(hex.EncodeToString(one.SHA256)), Streebog: strings.ToUpper(hex.EncodeToString(one.Streebog256)),
		Expired: !one.valid(h.Now()),
		Remove:  frontend.Button{Text: t("idp_esia.tech_remove"), Classes: "govuk-button--secondary govuk-!-margin-bottom-0", PreventDoubleClick: true},
	}
}

func (h *Handler) signatureView(c *fiber.Ctx, row *judged) signatureView {
	t := h.Pages.Texts(c)
	v := signatureView{
		At: rus.FormatDateTime(row.At, web.Lang(c)), Endpoint: row.Endpoint, Accepted: row.Accepted, HashSent: row.HashSent,
		Tried: row.Tried, Expected: row.Expected, Hashes: row.Hashes,
	}
	if row.Accepted {
		v.State = t("idp_esia.tech_accepted", row.Variant)
	} else {
		v.State, v.Reason = t("idp_esia.tech_refused"), t("idp_esia.reason_"+row.Reason)
	}
	return v
}
