package frontend

import (
	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
	"tamga/internal/web"
)

const failurePage Page[failureView] = "errors/failure.html"

type failureView struct {
	Title   string
	Text    string // what happened, in the words of the fault
	Advice  string // what to do now
	Retry   bool   // trying again later may help
	SignIn  string
	Back    string // the page to return to, "" when there is none
	Contact bool   // it is our mistake: show whom to ask and the request's id
}

// ShowError shows a plain page that says what happened and what to do next. It fits web.Config.ShowError.
func (p *Pages) ShowError(c *fiber.Ctx, f web.Failure) error {
	t := p.Texts(c)
	name := string(f.Kind)
	if name == "" {
		name = "ours"
	}
	view := failureView{
		Title:   t("errors." + name + "_title"),
		Advice:  t("errors." + name + "_advice"),
		Retry:   f.Kind == fault.Unavailable || f.Kind == "",
		Contact: f.Kind == "" || f.Kind == fault.Unavailable,
	}
	if f.Key != "" {
		view.Text = t(f.Key, f.Args...)
	}
	if f.Kind == fault.SignIn {
		view.SignIn = p.layout(c).SignInHref()
	}
	SetLayout(c, func(l *Layout) { l.Robots = "noindex" })
	return failurePage.Render(c, p, view)
}
