package stand

// systems are the departmental systems. Those that only take a payment, or book a visit, accept what they receive at once.
func systems() []*System {
	day := visits{from: 9 * 60, until: 17 * 60, minutes: 30, days: 21}
	at := func(source, key, ticket string) *visits {
		v := day
		v.source, v.key, v.ticket = source, key, ticket
		return &v
	}
	return []*System{
		{Code: "zags"},
		{Code: "social"},
		{Code: "municipality", AtOnce: true},
		{Code: "housing", AtOnce: true, settles: map[string]string{"utilities": "bill"}},
		{Code: "traffic", AtOnce: true, settles: map[string]string{"traffic-fines": "fine"}},
		{Code: "treasury", AtOnce: true, settles: map[string]string{"state-fines": "fine"}},
		{Code: "telecom", AtOnce: true},
		{Code: "press"},
		{Code: "health", AtOnce: true, visits: &visits{source: "times", key: "doctor", from: 8 * 60, until: 14 * 60, minutes: 15, days: 14, ticket: "Д"}},
		{Code: "reception", AtOnce: true, visits: at("times", "official", "П")},
		{Code: "interior", AtOnce: true, visits: at("times", "office", "М")},
		{Code: "bailiffs", AtOnce: true, visits: at("times", "bailiff", "С")},
		{Code: "labour"},
		{Code: "bti"},
		{Code: "education"},
		{Code: "tax", AtOnce: true, rules: map[string]ruling{"register-extract": ruleExtract}},
		{Code: "trade"},
		{Code: "transport"},
	}
}

// Codes are the codes of all departmental systems: each is served at /<code>.
func Codes() []string {
	var codes []string
	for _, s := range systems() {
		codes = append(codes, s.Code)
	}
	return codes
}
