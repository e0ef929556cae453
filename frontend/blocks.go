package frontend

import (
	"html/template"
	"strconv"
	"strings"
)

// Button sends a form, or is a link that looks like one (with Href).
type Button struct {
	Text               string
	HTML               template.HTML
	Href               string
	Name               string
	Value              string
	Type               string // "submit" when ""
	ID                 string
	Classes            string // "govuk-button--secondary", "govuk-button--warning"
	Disabled           bool
	IsStartButton      bool
	PreventDoubleClick bool
	Attributes         Attributes
}

// ErrorSummary is the box above a page with mistakes. Layout shows it; a page need not.
type ErrorSummary struct {
	TitleText       string // "Проверьте форму" when ""
	DescriptionText string
	ErrorList       []ErrorLink
	Classes         string
	Attributes      Attributes
}

// ErrorLink leads to the field that is wrong.
type ErrorLink struct {
	Text       string
	HTML       template.HTML
	Href       string
	Attributes Attributes
}

// BackLink goes one step back.
type BackLink struct {
	Text       string // "Назад" when ""
	HTML       template.HTML
	Href       string
	Classes    string
	Attributes Attributes
}

// Breadcrumbs say where a page stands.
type Breadcrumbs struct {
	Items            []Crumb
	CollapseOnMobile bool
	Classes          string
	LabelText        string
	Attributes       Attributes
}

// Crumb is one step; without Href it is this page.
type Crumb struct {
	Text       string
	HTML       template.HTML
	Href       string
	Attributes Attributes
}

// Panel confirms that a task is done. No links inside it.
type Panel struct {
	Kind         string // "confirmation" when "", or "interruption"
	TitleText    string
	TitleHTML    template.HTML
	Text         string
	HTML         template.HTML
	HeadingLevel int // 1 when 0; 1 to 3
	Classes      string
	Attributes   Attributes
}

// NotificationBanner tells something that is not part of the page's task.
type NotificationBanner struct {
	Type             string // "success" is green and announced at once
	TitleText        string
	TitleID          string
	Text             string
	HTML             template.HTML
	Role             string
	DisableAutoFocus bool
	Classes          string
	Attributes       Attributes
}

// WarningText warns of consequences.
type WarningText struct {
	Text             string
	HTML             template.HTML
	IconFallbackText string
	Classes          string
	Attributes       Attributes
}

// InsetText sets a text apart.
type InsetText struct {
	ID         string
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// Details hides a longer explanation.
type Details struct {
	ID          string
	SummaryText string
	SummaryHTML template.HTML
	Text        string
	HTML        template.HTML
	Open        bool
	Classes     string
	Attributes  Attributes
}

// Tag is a status in a word.
type Tag struct {
	Text       string
	HTML       template.HTML
	Classes    string // "govuk-tag--green", "--red", "--yellow", "--grey", "--blue"…
	Attributes Attributes
}

// SummaryList shows answers, and where to change them.
type SummaryList struct {
	Rows       []SummaryRow
	Card       *SummaryCard
	Classes    string // "govuk-summary-list--no-border"
	Attributes Attributes
}

// SummaryRow is a question and its answer.
type SummaryRow struct {
	Key     Content
	Value   Content
	Actions Actions
	Classes string
}

// Row is a SummaryRow of plain text; its value may have several lines.
func Row(key, value string, actions ...Action) SummaryRow {
	row := SummaryRow{Key: Content{Text: key}, Value: Content{Text: value}, Actions: Actions{Items: actions}}
	if strings.Contains(value, "\n") {
		row.Value.HTML = template.HTML(strings.ReplaceAll(template.HTMLEscapeString(value), "\n", "<br>")) //nolint:gosec // escaped
	}
	return row
}

// SummaryOf pairs locale keys with values; a value of "" has no row.
func SummaryOf(t func(key string, args ...any) string, pairs ...string) SummaryList {
	var list SummaryList
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list.Rows = append(list.Rows, Row(t(pairs[i]), pairs[i+1]))
		}
	}
	return list
}

// Actions are links beside an answer or a card's title.
type Actions struct {
	Items   []Action
	Classes string
}

// Action is "Изменить" with the name of what it changes for those who hear the page.
type Action struct {
	Text               string
	HTML               template.HTML
	Href               string
	VisuallyHiddenText string
	Classes            string
	Attributes         Attributes
}

// SummaryCard is a frame with a title around a SummaryList.
type SummaryCard struct {
	Title      CardTitle
	Actions    Actions
	Classes    string
	Attributes Attributes
}

// CardTitle is the title of a SummaryCard.
type CardTitle struct {
	Text         string
	HTML         template.HTML
	HeadingLevel int // 2 when 0; 2 to 4
	Classes      string
}

// action is a link made ready for the template.
type action struct {
	Action
	Card *CardTitle
}

type actionList struct {
	Items   []action
	Classes string
}

func (a Actions) of(card *SummaryCard) actionList {
	list := actionList{Classes: a.Classes}
	var title *CardTitle
	if card != nil && (card.Title.Text != "" || card.Title.HTML != "") {
		title = &card.Title
	}
	for _, one := range a.Items {
		list.Items = append(list.Items, action{one, title})
	}
	return list
}

// Links are the actions of a card.
func (c *SummaryCard) Links() actionList { return c.Actions.of(c) }

type summaryLine struct {
	SummaryRow
	NoActions bool
	Links     actionList
}

// Lines returns the rows made ready for the template.
func (l SummaryList) Lines() []summaryLine {
	lines, some := make([]summaryLine, len(l.Rows)), false
	for i, r := range l.Rows {
		lines[i] = summaryLine{SummaryRow: r, Links: r.Actions.of(l.Card)}
		some = some || len(r.Actions.Items) > 0
	}
	for i := range lines {
		lines[i].NoActions = some && len(lines[i].Links.Items) == 0
	}
	return lines
}

// Table shows data to compare.
type Table struct {
	Caption           string
	CaptionClasses    string
	FirstCellIsHeader bool
	Head              []Cell
	Rows              [][]Cell
	Classes           string
	Attributes        Attributes
}

// Cell is one cell of a Table.
type Cell struct {
	Text       string
	HTML       template.HTML
	Format     string // "numeric" aligns to the right
	Classes    string
	Colspan    int
	Rowspan    int
	Attributes Attributes
}

// TaskList shows the parts of a long application and their state.
type TaskList struct {
	Items      []Task
	IDPrefix   string
	Classes    string
	Attributes Attributes
}

// Task is one part; without Href it cannot be started yet.
type Task struct {
	Title   Content
	Hint    *Content
	Href    string
	Status  TaskStatus
	Classes string
}

// TaskStatus is a plain text ("Заполнено") or a tag.
type TaskStatus struct {
	Text    string
	HTML    template.HTML
	Tag     *Tag
	Classes string
}

type taskLine struct {
	Task
	HintID   string
	StatusID string
}

// Lines returns the tasks made ready for the template.
func (l TaskList) Lines() []taskLine {
	lines := make([]taskLine, len(l.Items))
	for i, t := range l.Items {
		id := firstOf(l.IDPrefix, "task-list") + "-" + strconv.Itoa(i+1)
		lines[i] = taskLine{t, id + "-hint", id + "-status"}
	}
	return lines
}

// Pagination leads through a long list.
type Pagination struct {
	Previous      *PageLink
	Next          *PageLink
	Items         []PageItem
	LandmarkLabel string
	Classes       string
	Attributes    Attributes
}

// PageLink is the link to the page before or after.
type PageLink struct {
	Text       string
	HTML       template.HTML
	LabelText  string
	Href       string
	Attributes Attributes
}

// PageItem is a numbered page, or a gap between numbers.
type PageItem struct {
	Number             string
	Href               string
	Current            bool
	Ellipsis           bool
	VisuallyHiddenText string
	Attributes         Attributes
}

// Block tells whether it is only "previous" and "next", one below the other.
func (p Pagination) Block() bool { return len(p.Items) == 0 && (p.Next != nil || p.Previous != nil) }

// Paginate returns the links of page current out of total; href gives the address of a page. One page needs no links.
func Paginate(current, total int, href func(page int) string) *Pagination {
	if total < 2 {
		return nil
	}
	p := &Pagination{}
	if current > 1 {
		p.Previous = &PageLink{Href: href(current - 1)}
	}
	if current < total {
		p.Next = &PageLink{Href: href(current + 1)}
	}
	last := 0
	for n := 1; n <= total; n++ {
		if n != 1 && n != total && (n < current-1 || n > current+1) {
			continue
		}
		if n > last+1 {
			p.Items = append(p.Items, PageItem{Ellipsis: true})
		}
		p.Items = append(p.Items, PageItem{Number: strconv.Itoa(n), Href: href(n), Current: n == current})
		last = n
	}
	return p
}

// PhaseBanner says that a site is a trial.
type PhaseBanner struct {
	Tag        Tag
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// SkipLink jumps over the header.
type SkipLink struct {
	Text       string
	Href       string
	Classes    string
	Attributes Attributes
}

// Card is a large link: a service, a life situation, a topic. Icon names a sign of assets/marks/icons.svg.
type Card struct {
	Title string
	Text  string
	Note  string // a fact in a few words: "бесплатно", "12 услуг"
	Href  string
	Icon  string
	Kind  string // "", "situation", "plain"
	Good  bool   // the note is good news: green, not amber
}
