package organisation

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
)

const (
	listPages   frontend.Page[listPage]   = "idp/organisation/list.html"
	statesPages frontend.Page[statesPage] = "idp/organisation/states.html"
)

type listPage struct {
	Roles  []frontend.TaskList // one, or none
	Begun  []frontend.TaskList
	Choose frontend.Button
	Open   frontend.Button
}

type statesPage struct {
	States []stateText
}

// stateText explains one state.
type stateText struct {
	Name, Text string
	After      []string
}

var stateColours = map[State]string{
	Draft: "govuk-tag--grey", Checking: "govuk-tag--yellow", Active: "govuk-tag--green", Refused: "govuk-tag--red",
	Joined: "govuk-tag--green", Liquidated: "govuk-tag--grey",
}

func stateTag(t texts, s State) *frontend.Tag {
	return &frontend.Tag{Text: t("idp_org.state_" + string(s)), Classes: stateColours[s]}
}

// list shows a person's organisations: where they work, and what they have begun.
func (h *Handler) list(c *fiber.Ctx) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	roles, err := RolesOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	begun, err := begunBy(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := listPage{Open: frontend.Button{Text: t("idp_org.open"), Href: "/organisations/new"}}
	in := account.CurrentSignIn(c)
	var mine, drafts frontend.TaskList
	for _, r := range roles {
		task := frontend.Task{Title: frontend.Content{Text: r.Name()}, Hint: &frontend.Content{Text: standing(t, &r)}, Href: pathOf(r.OID)}
		if in.ActingOID != nil && *in.ActingOID == r.OID {
			task.Status.Tag = &frontend.Tag{Text: t("idp_org.acting"), Classes: "govuk-tag--blue"}
		}
		mine.Items = append(mine.Items, task)
	}
	for _, o := range begun {
		drafts.Items = append(drafts.Items, frontend.Task{Title: frontend.Content{Text: o.Name()}, Href: pathOf(o.OID),
			Hint: &frontend.Content{Text: t("idp_org.type_" + string(o.Type))}, Status: frontend.TaskStatus{Tag: stateTag(t, o.State)}})
	}
	if len(roles) > 0 {
		mine.IDPrefix = "mine"
		page.Roles = []frontend.TaskList{mine}
		page.Choose = frontend.Button{Text: t("idp_org.choose_capacity"), Href: ChoicePath, Classes: "govuk-button--secondary"}
	}
	if len(begun) > 0 {
		drafts.IDPrefix = "begun"
		page.Begun = []frontend.TaskList{drafts}
	}
	return listPages.Render(c, h.Pages, page)
}

// showStates explains how an organisation's account comes to be, as the database has it.
func (h *Handler) showStates(c *fiber.Ctx) error {
	rows, err := statesInOrder(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := statesPage{}
	for _, s := range rows {
		text := stateText{Name: t("idp_org.state_" + string(s.Code)), Text: t("idp_org.state_" + string(s.Code) + "_text")}
		for _, before := range s.After {
			text.After = append(text.After, t("idp_org.state_"+before))
		}
		page.States = append(page.States, text)
	}
	return statesPages.Render(c, h.Pages, page)
}
