package applications

import (
	"context"

	"tamga/catalog"
)

// statusAfter shows what has come since the submission, and what can be done now.
func (h *Handler) statusAfter(ctx context.Context, d *dossier, tr catalog.Tr, view *statusView) (err error) {
	if !d.wasSent() {
		return nil
	}
	if d.ControlCode != "" {
		view.Verify = &codeView{codeInWords(d.ControlCode), "/verify/" + d.Number + "/" + d.ControlCode}
	}
	said, err := h.conversation(ctx, h.DB, d.ID)
	if err != nil {
		return err
	}
	view.After = &afterView{Messages: applicationPath(d.ID, "/messages"), Said: len(said), Write: d.mayWrite()}
	if d.mayAppeal() {
		view.After.Appeal = applicationPath(d.ID, "/appeal")
	}
	for _, m := range said {
		if m.Kind == saidAppeal && m.AnsweredAt == nil {
			view.After.Appealed = m.Until
		}
		if d.awaited(m) {
			if err := h.awaitOne(ctx, d, m, tr, view); err != nil {
				return err
			}
		}
	}
	if view.Documents, err = h.documentViews(ctx, h.DB, d, tr); err != nil {
		return err
	}
	if !d.State.Final() || d.State == Completed {
		view.Meeting, err = appointmentOf(ctx, h.DB, d.ID)
	}
	return err
}

// awaitOne shows a request: it stands above all else, since the department waits for the reader.
func (h *Handler) awaitOne(ctx context.Context, d *dossier, m *message, tr catalog.Tr, view *statusView) error {
	v := h.saidView(d, m, tr)
	a := &asked{message: m, keys: d.keysFor(m, d.Me)}
	var err error
	if a.Correction, err = h.correctionOf(ctx, h.DB, d, m.ID); err != nil {
		return err
	}
	g := guide{Key: "asked", Href: v.Answer, Button: "applications_after.answer_link", Until: m.Until}
	if c := a.Correction; c != nil {
		g.Href += "/check"
		g.Key, g.Button = "asked_sign", "applications.check_sign_link"
		for _, s := range c.Signatures {
			if s.Party == d.Me.ID {
				g.Key, g.Button = "asked_wait", "applications_after.correction_link"
			}
		}
	}
	if view.Now.Key[:min(5, len(view.Now.Key))] != "asked" { // the first one leads
		view.Now, view.PayAmount = g, 0
		view.NowTitle, view.NowText = tr.T("applications_after.now_"+g.Key+"_title"), tr.T("applications_after.now_"+g.Key+"_text")
	}
	view.Awaited = append(view.Awaited, v)
	return nil
}
