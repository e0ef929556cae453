package web

import "strings"

// agents are the marks by which browsers and systems name themselves, the telling ones first: each copies its forerunners.
var (
	browsers = [][2]string{{"YaBrowser/", "Яндекс Браузер"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems = [][2]string{{"Windows", "Windows"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// DeviceName is a User-Agent in words: "Chrome, Windows", or "" when it says nothing.
func DeviceName(agent string) string {
	browser, system := named(browsers, agent), named(systems, agent)
	return strings.Trim(browser+", "+system, ", ")
}

func named(marks [][2]string, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return ""
}
