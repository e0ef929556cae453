package safety

import (
	"fmt"
	"strings"

	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// eventKinds are the choices of the filter, in the order of the page. A signed-in look by an operator is a look whatever its action.
var eventKinds = []struct {
	name   string
	filter journal.Filter
}{
	{"all", journal.Filter{}},
	{"signin", journal.Filter{Actions: []string{"idp.sign%", "idp.strengthened", "idp.password\\_wrong", "idp.factor%", "idp.second%", "idp.recover%"}}},
	{"change", journal.Filter{Actions: []string{"%changed", "%\\_put\\_back", "idp.password%", "idp.block%", "idp.unblock%", "idp.delet%", "idp.level%", "idp.confirm.level", "idp.confirm.contacts%", "idp.confirm.registered",
		"idp.regist%", "idp.email%", "%added", "%removed", "%saved"}}},
	{"site", journal.Filter{Actions: []string{"idp.data\\_read", "idp.consent%", "idp.export%", "idp.esia%", "idp.client%"}}},
	{"office", journal.Filter{Roles: []string{"operator", "administrator", "auditor", "employee"}}},
}

func filterOf(kind string) (string, journal.Filter) {
	for _, k := range eventKinds {
		if k.name == kind {
			return k.name, k.filter
		}
	}
	return "all", journal.Filter{}
}

// eventText says in plain words what an entry means. An action without words of its own is shown as it is named: nothing that
// was done with an account is left out.
func eventText(b *i18n.Bundle, lang i18n.Lang, r journal.Record, sites map[string]string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(r.Action, "idp."), ".", "_")
	text := ""
	switch key := "idp_safety.event_" + name; {
	case b.Has(lang, key):
		text = b.T(lang, key)
	case b.Has(lang, eventKey(r.Action)):
		text = b.T(lang, eventKey(r.Action))
	default:
		text = b.T(lang, "idp_safety.event_unknown", strings.ReplaceAll(name, "_", " "))
	}
	if client, _ := r.Details["client"].(string); client != "" {
		site := sites[client]
		if site == "" {
			site = client
		}
		text = b.T(lang, "idp_safety.event_with_site", text, site)
	}
	return text
}

// eventKey is where another package keeps the words for its own action: "idp.factor.totp_added" is "idp_factor.event_totp_added".
func eventKey(action string) string {
	area, rest, found := strings.Cut(strings.TrimPrefix(action, "idp."), ".")
	if !found {
		return "idp.event_" + area
	}
	return "idp_" + area + ".event_" + strings.ReplaceAll(rest, ".", "_")
}

// whoText says who acted: the person, somebody unknown, the office, or the provider by itself.
func whoText(b *i18n.Bundle, lang i18n.Lang, r journal.Record) string {
	switch {
	case r.Actor == r.Subject:
		return b.T(lang, "idp_safety.who_self")
	case r.ActorRole == "stranger":
		return b.T(lang, "idp_safety.who_stranger")
	case r.ActorRole == "system":
		return b.T(lang, "idp_safety.who_system")
	case r.Details["centre"] != nil: // the office is known by its place, not by a number
		return b.T(lang, "idp_safety.who_"+r.ActorRole, fmt.Sprint(r.Details["centre"]))
	case b.Has(lang, "idp_safety.who_"+r.ActorRole):
		return b.T(lang, "idp_safety.who_"+r.ActorRole, r.Actor)
	}
	return fmt.Sprintf("%s (%s)", r.Actor, r.ActorRole)
}
