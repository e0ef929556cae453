// Package register holds what forms know without asking anybody: the cities, districts and streets of Tatarstan (places.txt) and
// banks by their БИК (banks.txt). It only suggests: whatever a person types besides is taken as it is.
//
// Routes (suggest_http.go); they get what is typed into one field and nothing else, and may be cached by anybody:
//
//	GET /suggest/locality?q=каз           ["Казань", …]
//	GET /suggest/street?q=баум&in=Казань  ["улица Баумана", …]
//	GET /suggest/bank?q=049205603         ["Отделение «Банк Татарстан» …"]
package register
