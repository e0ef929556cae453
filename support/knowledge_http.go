package support

import (
	_ "embed"
	"net/url"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

//go:embed knowledge.yaml
var knowledgeYAML []byte

//go:embed answers.yaml
var answersYAML []byte

// entry is a question of many with its answer, or a template of an answer.
type entry struct {
	ID       string    `yaml:"id"`
	Topic    string    `yaml:"topic"`
	Question i18n.Text `yaml:"question"`
	Answer   i18n.Text `yaml:"answer"`
}

var (
	knowledge = sync.OnceValues(func() ([]entry, error) { return readEntries(knowledgeYAML) })
	answers   = sync.OnceValues(func() ([]entry, error) { return readEntries(answersYAML) })
)

func readEntries(raw []byte) (list []entry, err error) {
	return list, yaml.UnmarshalWithOptions(raw, &list, yaml.Strict())
}

const (
	knowledgeView frontend.Page[knowledgePage] = "support/knowledge.html"
	topicView     frontend.Page[topicPage]     = "support/topic.html"
)

type knowledgePage struct {
	Topics []frontend.Card
}

type topicPage struct {
	Title, Ask string
	Crumbs     frontend.Breadcrumbs
	Questions  []answered
}

type answered struct{ ID, Question, Answer string }

// topicCards are the topics that have questions, with how many.
func topicCards(t func(string, ...any) string) (cards []frontend.Card) {
	list, err := knowledge()
	if err != nil {
		return nil
	}
	at := map[string]int{}
	count := map[string]int{}
	for _, e := range list {
		count[e.Topic]++
		if _, known := at[e.Topic]; !known {
			at[e.Topic] = len(cards)
			cards = append(cards, frontend.Card{Title: t("support.topic_" + e.Topic), Href: "/questions/" + e.Topic, Kind: "plain"})
		}
	}
	for topic, n := range at {
		cards[n].Note = t("support.questions", count[topic])
	}
	return cards
}

func (h *Handler) showKnowledge(c *fiber.Ctx) error {
	return knowledgeView.Render(c, h.Pages, knowledgePage{topicCards(h.Pages.Texts(c))})
}

func (h *Handler) showTopic(c *fiber.Ctx) error {
	list, err := knowledge()
	if err != nil {
		return err
	}
	t, lang, topic := h.Pages.Texts(c), web.Lang(c), c.Params("topic")
	page := topicPage{Title: t("support.topic_" + topic), Ask: "/support/new?" + url.Values{"topic": {topic}}.Encode()}
	for _, e := range list {
		if e.Topic == topic {
			page.Questions = append(page.Questions, answered{e.ID, e.Question.In(lang), e.Answer.In(lang)})
		}
	}
	if page.Questions == nil {
		return errNotFound
	}
	page.Crumbs.Items = []frontend.Crumb{{Text: t("support.help"), Href: "/support"}, {Text: t("support.knowledge"), Href: "/questions"}, {Text: page.Title}}
	return topicView.Render(c, h.Pages, page)
}
