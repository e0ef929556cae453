package applications

import (
	"crypto/subtle"
	"image"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/paper"
	"tamga/internal/web"
)

// A paper of an application carries a number and a control code. Whoever holds it, an employer or a bank for one, checks on a public
// page that such an application was filed: the service, the department, the date, how far it is. Nothing there says who filed it.

const verifyPage frontend.Page[verifyView] = "applications/verify.html"

// verifyRate is for one address: forty bits of a code are not found by trying.
var verifyRate = web.Rate{Burst: 20, Every: 15 * time.Second}

type verifyView struct {
	frontend.Errors
	Number frontend.Input
	Code   frontend.Input
	Found  *verified
	Asked  bool // something was looked for
}

// verified is what everybody may know.
type verified struct {
	Number     string
	Service    i18n.Text
	Department i18n.Text
	Sent       time.Time
	State      string // locale key
	Tag        string
	Hash       string
}

// verifyPath is what the square code of a paper says.
func (k *Core) verifyPath(d *dossier) string {
	return k.PublicURL + "/verify/" + d.Number + "/" + d.ControlCode
}

// codeInWords is a control code as it is read out.
func codeInWords(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// readCode is a control code as it is stored, however it was typed: letters that look like digits are those digits.
func readCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}

func (h *Handler) verify(c *fiber.Ctx) error {
	number, code := c.Params("number", c.Query("number")), c.Params("code", c.Query("code"))
	t := h.Pages.Texts(c)
	view := verifyView{Asked: number != "" || code != ""}
	if view.Asked {
		if h.Redis != nil {
			if err := (&web.Limiter{Redis: h.Redis}).Allow(c.UserContext(), "verify", c.IP(), verifyRate); err != nil {
				return err
			}
		}
		whole, ok := ParseNumber(number)
		switch {
		case strings.TrimSpace(number) == "" || !ok:
			view.Errors.Add("number", t("applications_after.verify_number_wrong"))
		case readCode(code) == "":
			view.Errors.Add("code", t("applications_after.verify_code_missing"))
		default:
			found, err := h.verifiedBy(c, whole, readCode(code))
			if err != nil {
				return err
			}
			if view.Found = found; found == nil {
				view.Errors.Add("code", t("applications_after.verify_unknown"))
			}
		}
	}
	view.Number = frontend.Input{Name: "number", Value: number, Label: frontend.Label{Text: t("applications.number")}, Classes: "govuk-input--width-20",
		Hint: frontend.Hint{Text: t("applications_after.verify_number_hint")}, ErrorMessage: view.Errors.Message("number"), Autocomplete: "off"}
	view.Code = frontend.Input{Name: "code", Value: code, Label: frontend.Label{Text: t("applications_after.verify_code")}, Classes: "govuk-input--width-10",
		Hint: frontend.Hint{Text: t("applications_after.verify_code_hint")}, ErrorMessage: view.Errors.Message("code"), Autocomplete: "off", Spellcheck: "false"}
	if view.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return verifyPage.Render(c, h.Pages, view)
}

// verifiedBy returns what everybody may know of an application, or nil: a wrong code and an unknown number look alike.
func (h *Handler) verifiedBy(c *fiber.Ctx, number, code string) (*verified, error) {
	row, err := filedByNumber(c.UserContext(), h.DB, number)
	if err != nil {
		return nil, err
	}
	if row == nil || row.ControlCode == "" || subtle.ConstantTimeCompare([]byte(row.ControlCode), []byte(code)) != 1 {
		return nil, nil
	}
	s, err := h.Catalog.Service(row.Service, row.ServiceVersion)
	if err != nil {
		return nil, err
	}
	v := &verified{Number: number, Service: s.Name, Sent: row.SubmittedAt, State: "applications.state_" + string(row.State), Tag: row.State.Tag(),
		Hash: grouped(row.Hash)}
	if dep := h.Catalog.Department(row.Department); dep != nil {
		v.Department = dep.Name
	}
	return v, nil
}

// paperCode puts the square code on a paper of what was sent.
func (k *Core) paperCode(doc *paper.Document, d *dossier, tr catalog.Tr) error {
	if !d.wasSent() || d.ControlCode == "" {
		return nil
	}
	code, err := qr.Encode(k.verifyPath(d), qr.M, qr.Auto)
	if err != nil {
		return err
	}
	doc.Section(tr.T("applications_after.paper_check"))
	doc.Row(tr.T("applications.number"), d.Number)
	doc.Row(tr.T("applications_after.verify_code"), codeInWords(d.ControlCode))
	doc.Code(42, code.Bounds().Dx(), func(x, y int) bool { return darkAt(code, x, y) })
	doc.Small(tr.T("applications_after.paper_check_text", strings.TrimPrefix(strings.TrimPrefix(k.PublicURL, "https://"), "http://")+"/verify"))
	return nil
}

func darkAt(code image.Image, x, y int) bool {
	r, _, _, _ := code.At(x, y).RGBA()
	return r == 0
}

var errNoDocument = fault.New(fault.NotFound, "catalog_fields.no_file")
