// Package frontend is how all pages look: layout, components, texts and assets. It knows no domain.
//
// A page is a file templates/<domain>/<page>.html that defines "title" and "main" (and, if it likes, "before": a back link or
// breadcrumbs above the main content). Its data is a Go struct of the domain; a Page names both:
//
//	const showOrder frontend.Page[orderPage] = "payments/order.html"
//
//	return showOrder.Render(c, h.Pages, orderPage{Order: o})
//
// In the template the struct is .Page; beside it stand the fields and methods of Layout: .Lang, .CSRF, .User, .Path.
// A component is a Go struct and a partial of the same name: frontend.Input and {{template "input" .Page.Phone}}. The structs
// mirror the parameters of govuk-frontend, whose own fixtures test them.
package frontend
